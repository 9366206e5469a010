#include "hook/execute/stepwise.hpp"

#include <catch2/catch.hpp>

#include "core/base/digest.hpp"
#include "hook/database/catalog.hpp"
#include "tests/db/hook/execute/script_bench.hpp"

namespace windlass::hook {
namespace {

const IntentKey kKey{"public", "flyway_schema_history", "V2__index.sql"};
constexpr auto kEarlierRun = "00000000-0000-4000-8000-00000000000e";

void begin_table(ScriptBench& bench) {
  bench.run("V1__a.sql",
            "CREATE TABLE a (id int, n int); INSERT INTO a SELECT i, i FROM generate_series(1, 10) i;");
}

bool index_is_valid(ScriptBench& bench, const std::string& name) {
  const auto state = index_state(bench.db.session(), name);
  return state && state->valid;
}

}  // namespace

TEST_CASE("an index is built concurrently and recorded when it is there") {
  ScriptBench bench;
  begin_table(bench);
  bench.run("V2__index.sql", "SET maintenance_work_mem = '16MB';\nCREATE INDEX CONCURRENTLY a_n ON a (n);\n");
  CHECK(index_is_valid(bench, "a_n"));
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
  CHECK(read_intents(bench.db.session(), kKey).empty());
}

TEST_CASE("an index that an interrupted run left invalid is dropped and built again") {
  ScriptBench bench;
  begin_table(bench);
  const std::string sql = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n)";
  bench.db.session().execute("spoiling", "INSERT INTO a VALUES (11, 10)");
  CHECK_THROWS(bench.db.session().execute("building", sql));
  bench.db.session().execute("mending", "DELETE FROM a WHERE id = 11");
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun);
  CHECK_FALSE(index_is_valid(bench, "a_n"));
  bench.run("V2__index.sql", sql + ";");
  CHECK(index_is_valid(bench, "a_n"));
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("an index that was finished before the run was killed is not built twice") {
  ScriptBench bench;
  begin_table(bench);
  const std::string sql = "CREATE INDEX CONCURRENTLY a_n ON a (n)";
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun);
  bench.db.session().execute("building", sql);
  bench.run("V2__index.sql", sql + ";");
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("a build that fails leaves no invalid index and no intent") {
  ScriptBench bench;
  begin_table(bench);
  bench.db.session().execute("spoiling", "INSERT INTO a VALUES (11, 10)");
  const Error error = bench.run_error("V2__index.sql", "CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n);");
  CHECK(error.code() == ExitCode::kScriptFailed);
  CHECK_THAT(error.what(),
             Catch::StartsWith("V2__index.sql:1:1 failed: could not create unique index \"a_n\""));
  CHECK(bench.value("SELECT to_regclass('a_n')") == "NULL");
  CHECK(read_intents(bench.db.session(), kKey).empty());
}

TEST_CASE("a second statement that fails leaves the first applied, says so, and the rerun goes on there") {
  ScriptBench bench;
  begin_table(bench);
  const std::string first = "CREATE INDEX CONCURRENTLY a_n ON a (n);\n";
  const Error error =
      bench.run_error("V2__index.sql", first + "CREATE INDEX CONCURRENTLY a_m ON a (missing);\n");
  CHECK(error.code() == ExitCode::kPartlyApplied);
  CHECK_THAT(error.details(),
             Catch::Contains("the 1 statement before it took effect and cannot be rolled back"));
  CHECK(bench.history() == "1 V1__a.sql t");
  bench.run("V2__index.sql", first + "CREATE INDEX CONCURRENTLY a_m ON a (id);\n");
  CHECK(index_is_valid(bench, "a_n"));
  CHECK(index_is_valid(bench, "a_m"));
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("a script's SET holds again when a rerun goes on behind it") {
  ScriptBench bench;
  bench.run("V1__a.sql",
            "CREATE SCHEMA app; CREATE TABLE app.a (id int, n int); CREATE TABLE a (id int, n int);");
  const std::string before = "SET search_path = app;\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n";
  const Error error =
      bench.run_error("V2__index.sql", before + "CREATE INDEX CONCURRENTLY a_n ON a (missing);\n");
  CHECK(error.code() == ExitCode::kPartlyApplied);
  bench.run("V2__index.sql", before + "CREATE INDEX CONCURRENTLY a_n ON a (n);\n");
  CHECK(index_is_valid(bench, "app.a_id"));
  CHECK(index_is_valid(bench, "app.a_n"));
  CHECK(bench.value("SELECT to_regclass('public.a_n')") == "NULL");
}

TEST_CASE("CONCURRENTLY has no timeout, and what the script set for the rest is put back") {
  ScriptBench bench;
  begin_table(bench);
  bench.run("V2__index.sql",
            "SET lock_timeout = '7s';\nCREATE INDEX CONCURRENTLY a_n ON a (n);\n"
            "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS t;\n",
            false);
  CHECK(bench.value("SELECT t FROM seen") == "7s");
}

TEST_CASE("a rerun refuses when the statements that were applied have changed") {
  ScriptBench bench;
  begin_table(bench);
  write_intent(bench.db.session(), kKey, 0, sha256_hex("CREATE INDEX CONCURRENTLY was_other ON a (n)"),
               kEarlierRun);
  const Error error = bench.run_error("V2__index.sql", "CREATE INDEX CONCURRENTLY a_n ON a (n);");
  CHECK(error.code() == ExitCode::kPartlyApplied);
  CHECK(std::string(error.what()) ==
        std::string("V2__index.sql is partly applied, and its statement 1 is not the one "
                    "that run ") +
            kEarlierRun + " began");
}

TEST_CASE("a statement in flight that the server knows nothing of is left to a person") {
  ScriptBench bench;
  begin_table(bench);
  const std::string sql = "CALL p()";
  bench.db.session().execute("creating", "CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'");
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun);
  const Error error = bench.run_error("V2__index.sql", sql + ";", false);
  CHECK(error.code() == ExitCode::kPartlyApplied);
  CHECK_THAT(error.what(),
             Catch::StartsWith("V2__index.sql:1:1: statement 1 (CALL) was in flight when run "));
  CHECK_THAT(error.hint(), Catch::Contains("windlass-hook repair --confirm applied:V2__index.sql"));
}

TEST_CASE("without a transaction each plain statement still commits with its progress") {
  ScriptBench bench;
  begin_table(bench);
  const std::string first = "UPDATE a SET n = n + 1 WHERE id = 1;\n";
  const Error error = bench.run_error("V2__index.sql", first + "UPDATE a SET n = 1/0;\n", false);
  CHECK(error.code() == ExitCode::kPartlyApplied);
  CHECK(bench.value("SELECT n FROM a WHERE id = 1") == "2");
  bench.run("V2__index.sql", first + "VACUUM a;\n", false);
  CHECK(bench.value("SELECT n FROM a WHERE id = 1") == "2");
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

}  // namespace windlass::hook
