#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/sql/classify.hpp"

namespace {

using nlohmann::json;
using windlass::sql::classify;
using windlass::sql::InTransaction;

// Flyway ran these without a transaction although PostgreSQL takes them in one.
const std::set<std::string> kAllowedAfterAll = {
    // Flyway takes every subscription out; without a connection nothing happens on another server.
    "CREATE SUBSCRIPTION wl_s CONNECTION 'host=127.0.0.1 port=1' PUBLICATION p WITH (connect = false)",
};

// PostgreSQL refuses these in a block, and their text does not tell.
const std::set<std::string> kUnknowable = {
    "CALL commits()",  // whether a procedure commits stands in the database
};

}  // namespace

TEST_CASE("statements are taken out of the transaction where Flyway does it or PostgreSQL refuses them") {
  std::ifstream file(WINDLASS_TEST_DATA "/flyway/transactions.json");
  REQUIRE(file);
  const json vectors = json::parse(file);
  std::size_t compared = 0;
  for (const json& vector : vectors.at("statements")) {
    const std::string statement = vector.at("statement");
    const std::string state = vector.at("sqlstate").is_null() ? "" : vector.at("sqlstate").get<std::string>();
    const bool refused = state == "25001" || state == "2D000";
    const bool taken_out = !vector.at("transactional").get<bool>() && kAllowedAfterAll.count(statement) == 0;
    const bool expected = (refused || taken_out) && kUnknowable.count(statement) == 0;
    INFO(statement);
    CHECK((classify(statement, 15).in_transaction == InTransaction::kForbidden) == expected);
    ++compared;
  }
  CHECK(compared == 65);
}
