#include "hook/database/session.hpp"

#include <catch2/catch.hpp>

#include "tests/db/hook/connected.hpp"

namespace windlass::hook {

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
      CHECK(std::string(error.what()) == "asking: the connection to the database was lost");
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
