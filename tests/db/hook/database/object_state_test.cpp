#include "hook/database/object_state.hpp"

#include <catch2/catch.hpp>

#include "hook/database/indexes.hpp"
#include "tests/db/hook/connected.hpp"

namespace windlass::hook {
namespace {

std::string before(Session& session, const std::string& statement) {
  return to_text(state_before(session, sql::classify(statement, session.server_major())));
}

std::string after(Session& session, const std::string& statement, const std::string& found) {
  return to_text(
      state_after(session, sql::classify(statement, session.server_major()), parse_object_state(found)));
}

std::string word_of(const std::string& state) { return state.substr(0, state.find(' ')); }

Session superuser_of(const Connected& db) {
  return connect({db.server.superuser_url(), "", {}, "", "", Secret()}, "test", Milliseconds(5'000), db.clock,
                 db.stop);
}

}  // namespace

TEST_CASE("an index is absent, there or not valid") {
  Connected db;
  const std::string create = "CREATE UNIQUE INDEX CONCURRENTLY twice ON app.\"T\" (n)";
  db.session().execute(
      "creating", "CREATE SCHEMA app; CREATE TABLE app.\"T\" (n int); INSERT INTO app.\"T\" VALUES (1), (1)");
  CHECK(before(db.session(), create) == "absent");
  CHECK_THROWS(db.session().execute("building", create));
  CHECK(word_of(after(db.session(), create, "absent")) == "unfinished");
  CHECK(word_of(before(db.session(), "DROP INDEX CONCURRENTLY app.twice")) == "unfinished");
  db.session().execute("dropping", "DROP INDEX app.twice; CREATE INDEX twice ON app.\"T\" (n)");
  CHECK(word_of(after(db.session(), create, "absent")) == "there");
}

TEST_CASE("an index without a name is one that was not there before") {
  Connected db;
  db.session().execute("creating", "CREATE TABLE t (n int); CREATE INDEX ON t (n)");
  const std::string create = "CREATE INDEX CONCURRENTLY ON t (n)";
  const std::string found = before(db.session(), create);
  CHECK(found == "absent " + indexes_of(db.session(), "t"));
  CHECK(after(db.session(), create, found) == "absent");
  db.session().execute("building", create);
  CHECK(word_of(after(db.session(), create, found)) == "there");
  CHECK(after(db.session(), create, "") == "unknown");  // a row of an older version
}

TEST_CASE("a detach that was cut off is pending, one that is done leaves no partition", "[since 14]") {
  Connected db;
  const std::string detach = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY";
  db.session().execute("creating",
                       "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR "
                       "VALUES FROM (0) TO (10)");
  const std::string found = before(db.session(), detach);
  CHECK(word_of(found) == "there");
  Session reader = db.another();
  reader.execute("reading", "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM p");
  db.session().execute("limiting", "SET statement_timeout = '300ms'");
  CHECK_THROWS(db.session().execute("detaching", detach));
  db.session().execute("lifting", "RESET statement_timeout");
  CHECK(word_of(after(db.session(), detach, found)) == "unfinished");
  reader.execute("ending", "COMMIT");
  db.session().execute("finishing", "ALTER TABLE p DETACH PARTITION p1 FINALIZE");
  CHECK(after(db.session(), detach, found) == "absent");
}

TEST_CASE("a prepared transaction that is gone is asked for by its number") {
  Connected db;
  // The server of the tests keeps no prepared transactions: its answers are read without one.
  CHECK(before(db.session(), "COMMIT PREPARED 'pay'") == "absent");
  db.session().execute("writing", "CREATE TABLE t (id int)");
  const auto number = [&](const std::string& end) {
    db.session().execute("beginning", "BEGIN");
    const std::string id = db.value("SELECT txid_current()");
    db.session().execute("ending", end);
    return id;
  };
  const std::string committed = number("COMMIT");
  CHECK(after(db.session(), "COMMIT PREPARED 'pay'", "there " + committed) == "committed " + committed);
  const std::string rolled_back = number("ROLLBACK");
  CHECK(after(db.session(), "COMMIT PREPARED 'pay'", "there " + rolled_back) == "rolled-back " + rolled_back);
}

TEST_CASE("databases, tablespaces and subscriptions are known by their names as written") {
  Connected db;
  Session root = superuser_of(db);
  CHECK(word_of(before(root, "CREATE DATABASE " + Session::quote_name(root.database()))) == "there");
  CHECK(before(root, "DROP DATABASE \"Not There\"") == "absent");
  CHECK(word_of(before(root, "DROP TABLESPACE PG_DEFAULT")) == "there");
  CHECK(before(root, "CREATE TABLESPACE fast LOCATION '/x'") == "absent");
  root.execute("subscribing",
               "CREATE SUBSCRIPTION sub CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false)");
  CHECK(word_of(before(root, "DROP SUBSCRIPTION sub")) == "there");
  CHECK(before(root, "ALTER SUBSCRIPTION sub ADD PUBLICATION q") == "there p");
  root.execute("unsubscribing", "ALTER SUBSCRIPTION sub SET (slot_name = NONE); DROP SUBSCRIPTION sub");
  CHECK(before(root, "ALTER SUBSCRIPTION sub ADD PUBLICATION q") == "absent");
}

TEST_CASE("what the catalogue does not tell is unknown") {
  Connected db;
  CHECK(before(db.session(), "CALL p()") == "unknown");
  CHECK(before(db.session(), "VACUUM") == "unknown");
}

}  // namespace windlass::hook
