#include "hook/execute/lock_prelude.hpp"

#include <catch2/catch.hpp>

#include "tests/db/hook/execute/script_bench.hpp"

namespace windlass::hook {
namespace {

constexpr auto kTables =
    "CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE orders (id int PRIMARY KEY, c int CONSTRAINT "
    "of_customer REFERENCES customers); CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE TABLE "
    "parts_1 PARTITION OF parts FOR VALUES IN (1); CREATE VIEW seen AS SELECT * FROM customers;";

// "customers AccessExclusiveLock, orders ...": what the session holds once the prelude of `sql` has run.
std::string locked_by(ScriptBench& bench, const std::string& sql) {
  const auto script = bench.prepare("V1__a.sql", sql, std::nullopt);
  Session& session = bench.db.session();
  const auto quote = [&](std::string_view text) { return session.quote(text); };
  session.execute("beginning", "BEGIN; " + lock_prelude(script_locks(script).first, {}, quote));
  const std::string held = bench.value(
      "SELECT string_agg(c.relname || ' ' || l.mode, ', ' ORDER BY c.relname) FROM pg_locks l JOIN pg_class "
      "c "
      "ON c.oid = l.relation WHERE l.pid = pg_backend_pid() AND c.relkind IN ('r', 'p', 'v') AND "
      "c.relnamespace = 'public'::regnamespace");
  session.execute("ending", "ROLLBACK");
  return held;
}

}  // namespace

TEST_CASE("what a script locks is locked before it begins, as strongly as it will be") {
  ScriptBench bench;
  bench.db.session().execute("creating", kTables);
  CHECK(locked_by(bench, "ALTER TABLE orders ADD x int; COMMENT ON TABLE customers IS 'x';") ==
        "customers ShareUpdateExclusiveLock, orders AccessExclusiveLock");
  CHECK(locked_by(bench, "ALTER TABLE parts ADD x int;") ==
        "parts AccessExclusiveLock, parts_1 AccessExclusiveLock");
  CHECK(locked_by(bench, "CREATE TABLE n (c int REFERENCES customers); ALTER TABLE n ADD x int;") ==
        "customers ShareRowExclusiveLock");
}

TEST_CASE("a foreign key that goes away locks the table that it refers to in advance as well") {
  ScriptBench bench;
  bench.db.session().execute("creating", kTables);
  const std::string both = "customers AccessExclusiveLock, orders AccessExclusiveLock";
  CHECK(locked_by(bench, "DROP TABLE orders;") == both);
  CHECK(locked_by(bench, "ALTER TABLE orders DROP CONSTRAINT of_customer;") == both);
  CHECK(locked_by(bench, "ALTER TABLE orders DROP CONSTRAINT orders_pkey;") == "orders AccessExclusiveLock");
}

TEST_CASE("what is not there, is no table or may not be locked is left to the script") {
  ScriptBench bench;
  bench.db.session().execute("creating", kTables);
  CHECK(locked_by(bench, "ALTER TABLE missing ADD x int; ALTER TABLE seen RENAME id TO i;") == "NULL");
  bench.db.session().execute("revoking", "REVOKE ALL ON customers FROM CURRENT_USER");
  CHECK(locked_by(bench, "ALTER TABLE customers ADD x int; ALTER TABLE orders ADD x int;") ==
        "orders AccessExclusiveLock");
}

}  // namespace windlass::hook
