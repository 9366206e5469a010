#include "hook/database/bounded_query.hpp"

#include <catch2/catch.hpp>

#include "tests/db/hook/connected.hpp"

namespace windlass::hook {

TEST_CASE("an answer in time is the rows of the last statement that gave some") {
  Connected db;
  const auto rows =
      query_within(db.session(), "asking", "BEGIN; SELECT 1, NULL; COMMIT", Milliseconds(30'000), db.clock);
  REQUIRE(rows);
  CHECK(*rows == Rows{{"1", std::nullopt}});
  CHECK(
      query_within(db.session(), "asking", "SELECT 1 WHERE false", Milliseconds(30'000), db.clock)->empty());
}

TEST_CASE("an answer that is late is given up, and the session is good again when it came") {
  Connected db;
  CHECK_FALSE(query_within(db.session(), "asking", "SELECT pg_sleep(0.3)", Milliseconds(10), db.clock));
  CHECK(db.session().in_transaction());
  CHECK_FALSE(finish_query(db.session(), Milliseconds(1), db.clock));
  CHECK(finish_query(db.session(), Milliseconds(30'000), db.clock));
  CHECK(db.value("SELECT 2") == "2");
}

TEST_CASE("a failure leaves no transaction open, and a lost session says why") {
  Connected db;
  const auto sqlstate_of = [&](const std::string& sql) {
    try {
      query_within(db.session(), "asking", sql, Milliseconds(30'000), db.clock);
    } catch (const DatabaseError& error) {
      return error.sqlstate();
    }
    return std::string("none");
  };
  CHECK(sqlstate_of("BEGIN; SELECT 1/0") == "22012");
  CHECK_FALSE(db.session().in_transaction());
  CHECK(sqlstate_of("SELECT pg_terminate_backend(pg_backend_pid())") == "57P01");
  CHECK(sqlstate_of("SELECT 1").empty());
}

}  // namespace windlass::hook
