#include "hook/database/session.hpp"

#include <catch2/catch.hpp>

#include "hook/database/snapshot.hpp"
#include "tests/db/hook/connected.hpp"

namespace windlass::hook {

TEST_CASE("many questions in one message get an answer each, and an error leaves no transaction") {
  Connected db;
  const auto answers = db.session().query_all(
      "asking", "BEGIN; SELECT 1, NULL; SELECT 2 WHERE false; SELECT n FROM generate_series(1, 2) n; COMMIT");
  REQUIRE(answers.size() == 3);
  CHECK(answers[0] == Rows{{"1", std::nullopt}});
  CHECK(answers[1].empty());
  CHECK(first_column(answers[2]) == std::vector<std::string>{"1", "2"});
  CHECK_THROWS_WITH(db.session().query_all("asking", "BEGIN; SELECT 1/0; SELECT 1; COMMIT"),
                    "asking: division by zero (SQLSTATE 22012)");
  CHECK_FALSE(db.session().in_transaction());
}

TEST_CASE("a snapshot sees one moment, and one that is left is rolled back") {
  Connected db;
  Session other = db.another();
  other.execute("creating", "CREATE TABLE t (n int)");
  Snapshot snapshot(db.session(), "reading");
  CHECK(snapshot.begin("SELECT count(*) FROM t").at(0) == Rows{{"0"}});
  other.execute("inserting", "INSERT INTO t VALUES (1)");
  CHECK(snapshot.end("SELECT count(*) FROM t").at(0) == Rows{{"0"}});
  CHECK_FALSE(db.session().in_transaction());
  {
    Snapshot left(db.session(), "reading");
    left.begin("SELECT 1");
  }
  CHECK_FALSE(db.session().in_transaction());
}

TEST_CASE("a session knows from its greeting what the server is like") {
  Connected db;
  const Greeting& greeting = db.session().greeting();
  CHECK(greeting.current_schema == "public");
  CHECK(greeting.search_path == db.value("SHOW search_path"));
  CHECK(greeting.server_process == db.session().backend());
  CHECK(greeting.deadlock_timeout == Milliseconds(1'000));
}

TEST_CASE("a query takes parameters and gives NULL as nothing") {
  Connected db;
  const Rows rows = db.session().query("asking", "SELECT $1::text || '!', $2::int, NULL", {"it's", "7"});
  REQUIRE(rows == Rows{{Value("it's!"), Value("7"), Value()}});
}

TEST_CASE("a failed statement becomes an error with its SQLSTATE and what was being done") {
  Connected db;
  try {
    db.session().query("counting", "SELECT * FROM missing");
    FAIL("no error");
  } catch (const DatabaseError& error) {
    CHECK(std::string(error.what()) == "counting: relation \"missing\" does not exist (SQLSTATE 42P01)");
    CHECK(error.sqlstate() == "42P01");
    CHECK(error.code() == ExitCode::kInternal);
  }
  CHECK(db.value("SELECT 1") == "1");
}

TEST_CASE("a missing right is not permitted, and says so") {
  Connected db;
  try {
    db.session().execute("creating a role", "CREATE ROLE nobody_may");
    FAIL("no error");
  } catch (const DatabaseError& error) {
    CHECK(error.code() == ExitCode::kNotPermitted);
    CHECK(error.hint() == "Grant the role what is missing, or run as the owner.");
  }
}

TEST_CASE("a session whose backend was ended stays lost and never comes back by itself") {
  Connected db;
  const int backend = db.session().backend();
  db.server.query("SELECT pg_terminate_backend(" + std::to_string(backend) + ")");
  for (int use = 0; use < 4; ++use) {
    try {
      db.session().query("asking", "SELECT 1");
      FAIL("the session went on");
    } catch (const DatabaseError& error) {
      // The server's last words follow when they came before the socket broke.
      CHECK_THAT(error.what(), Catch::StartsWith("asking: the connection to the database was lost"));
      CHECK(error.code() == ExitCode::kTransient);
    }
  }
  CHECK(db.session().lost());
}

TEST_CASE("a transaction whose work throws is rolled back, and its first error leaves") {
  Connected db;
  db.session().execute("creating", "CREATE TABLE t (id int)");
  CHECK_THROWS_WITH(in_transaction(db.session(), "working",
                                   [&] {
                                     db.session().execute("inserting", "INSERT INTO t VALUES (1)");
                                     throw Error(ExitCode::kRefused, "no");
                                   }),
                    "no");
  CHECK(db.value("SELECT count(*) FROM t") == "0");
}

TEST_CASE("a text with its own BEGIN that fails half-way leaves no aborted transaction behind") {
  Connected db;
  CHECK_THROWS(db.session().execute("creating", "BEGIN; SELECT 1/0; COMMIT"));
  CHECK(db.value("SELECT 1") == "1");
}

TEST_CASE("names and texts are quoted so that they cannot end their quotes") {
  Connected db;
  CHECK(Session::quote_name("a\"b") == "\"a\"\"b\"");
  CHECK(db.value("SELECT " + db.session().quote("a'b\\c")) == "a'b\\c");
}

TEST_CASE("a result tells its columns and whether it is one boolean") {
  Connected db;
  CHECK(db.session().query_table("asking", "SELECT true AS ok").is_one_boolean);
  CHECK_FALSE(db.session().query_table("asking", "SELECT true, 1").is_one_boolean);
  CHECK_FALSE(db.session().query_table("asking", "SELECT 1 AS n").is_one_boolean);
  CHECK(db.session().query_table("asking", "SELECT 1 AS n WHERE false").columns ==
        std::vector<std::string>{"n"});
}

TEST_CASE("notices reach the receiver with their severity") {
  Connected db;
  std::string heard;
  db.session().on_notice([&](std::string_view severity, std::string_view text) {
    heard = std::string(severity) + ": " + std::string(text);
  });
  db.session().execute("noticing", "DO $$BEGIN RAISE WARNING 'look'; END$$");
  CHECK(heard == "WARNING: look");
}

}  // namespace windlass::hook
