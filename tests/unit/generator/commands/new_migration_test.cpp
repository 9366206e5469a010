#include "generator/commands/new_migration.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"

using namespace windlass;
using namespace windlass::generator;
namespace fs = std::filesystem;

namespace {

const auto kNow =
    std::chrono::system_clock::time_point(std::chrono::seconds(1795266000));  // 2026-11-21 13:00 UTC

const std::string kConfig =
    "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\nspec:\n"
    "  backup: {claimName: b}\n  databases:\n    main: {name: shop}\n";

// A project in a folder of its own, and what `new` says there.
class Bench {
 public:
  explicit Bench(const std::string& config = kConfig) {
    write_file_atomically(path() / "windlass.yaml", config);
  }

  const fs::path& path() const { return folder_.path(); }

  // The files that were written, below the folder; or "code: message | hint".
  std::vector<std::string> run(const std::string& description, const std::string& database = {}) {
    std::ostringstream out;
    std::ostringstream err;
    try {
      const auto code = run_new({path(), description, database}, kNow, out, err);
      CHECK(code == ExitCode::kDone);
    } catch (const Error& error) {
      std::string message = error.what();
      if (const auto at = message.find(path().string()); at != std::string::npos) {
        message.erase(at, path().string().size() + 1);
      }
      return {std::to_string(static_cast<int>(error.code())) + ": " + message + " | " + error.hint()};
    }
    std::vector<std::string> files;
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) {
      REQUIRE(line.starts_with("wrote "));
      CHECK(fs::is_regular_file(line.substr(6)));
      files.push_back(fs::path(line.substr(6)).lexically_relative(path()).string());
    }
    return files;
  }

 private:
  TemporaryDirectory folder_{"windlass-new-"};
};

using Files = std::vector<std::string>;

}  // namespace

TEST_CASE("a new migration gets its version from the clock, in UTC, and three files") {
  Bench bench;
  CHECK(bench.run("Add orders: table!") == Files{"sql/V20261121130000__add_orders_table.sql",
                                                 "sql/U20261121130000__add_orders_table.sql",
                                                 "verify/V20261121130000__add_orders_table.sql"});
  CHECK(read_file(bench.path() / "sql/V20261121130000__add_orders_table.sql", 1000) ==
        "-- Add orders: table!\n-- It runs in one transaction with its history row: no BEGIN, no COMMIT.\n");
}

TEST_CASE("a second migration within a second gets the next one") {
  Bench bench;
  bench.run("first");
  CHECK(bench.run("second").front() == "sql/V20261121130001__second.sql");
}

TEST_CASE("prefixes, separator, suffix and folders are the project's") {
  Bench bench(
      "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\nspec:\n  backup: {claimName: b}\n"
      "  migration: {sqlMigrationPrefix: M, undoSqlMigrationPrefix: D, sqlMigrationSeparator: '--',"
      " sqlMigrationSuffixes: [.pgsql]}\n"
      "  databases:\n    a: {name: a, scripts: {locations: [filesystem:db/a], verify: [checks]}}\n"
      "    b: {name: b}\n");
  CHECK(bench.run("x", "a") == Files{"db/a/M20261121130000--x.pgsql", "db/a/D20261121130000--x.pgsql",
                                     "checks/M20261121130000--x.sql"});
  CHECK(bench.run("x") == Files{"64: the project has several databases | Name one by --database: a, b."});
  CHECK(bench.run("x", "c") == Files{"64: the project has no database c | Name one by --database: a, b."});
}

TEST_CASE("what cannot be named or would collide is refused before anything is written") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"!?",
       "64: the description has no letter and no digit | Say what the migration does: windlass new \"add "
       "orders "
       "table\"."},
      {"Add  Orders",
       "78: sql/V1__add_orders.sql has this description already | Describe what is different this "
       "time."},
  };
  for (const auto& [description, expected] : cases) {
    Bench bench;
    write_file_atomically(bench.path() / "sql/V1__add_orders.sql", "SELECT 1;");
    CHECK(bench.run(description) == Files{expected});
    CHECK_FALSE(fs::exists(bench.path() / "verify"));
  }
  Bench late;
  write_file_atomically(late.path() / "sql/V30000101000000__far.sql", "SELECT 1;");
  CHECK(late.run("x") == Files{"78: sql/V30000101000000__far.sql has a higher version than now, "
                               "20261121130000 | A script below the "
                               "highest version would be out of order. Name the new one by hand."});
  Bench pattern(
      "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\nspec:\n  backup: {claimName: b}\n"
      "  databases:\n    a: {name: a, scripts: {locations: ['db/*/sql']}}\n");
  CHECK(
      pattern.run("x") ==
      Files{
          "78: the first location is a pattern: db/*/sql | Put a plain folder first; new scripts go there."});
}
