#include "core/project/reference.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>

#include "core/project/format.hpp"
#include "core/project/keys.hpp"
#include "tests/support/golden_file.hpp"

using namespace windlass;
using namespace windlass::project;

TEST_CASE("docs/config.md is what the key table makes") {
  check_golden_file(std::filesystem::path(WINDLASS_DOCS) / "config.md", config_reference());
}

TEST_CASE("every key has one row, a sentence, and a default of its own format") {
  std::set<std::string> paths;
  for (const auto& key : key_table()) {
    INFO(key.path);
    CHECK(paths.insert(key.path).second);
    CHECK(key.help.size() > 5);
    CHECK(key.help.back() == '.');
    if (!key.fallback.empty() && key.shape == Shape::kValue) CHECK(fits(key.format, key.fallback));
  }
  CHECK(paths.size() > 100);
}

TEST_CASE("a key's other spelling is in snake case") {
  CHECK(snake_case("lockTimeout") == "lock_timeout");
  CHECK(snake_case("undoSqlMigrationPrefix") == "undo_sql_migration_prefix");
  CHECK(snake_case("name") == "name");
}

TEST_CASE("quantities compare across their units") {
  CHECK(parse_quantity("1500m") == 1.5);
  CHECK(parse_quantity("2") == 2);
  CHECK(parse_quantity("0.5Gi") == 536870912);
  CHECK(parse_quantity("1k") == 1000);
  CHECK_FALSE(parse_quantity("1GB").has_value());
  CHECK_FALSE(parse_quantity("").has_value());
}
