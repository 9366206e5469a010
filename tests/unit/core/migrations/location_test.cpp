#include "core/migrations/location.hpp"

#include <catch2/catch.hpp>

#include "core/base/text.hpp"

using windlass::Diagnostic;
using windlass::Diagnostics;
using windlass::split;
using windlass::to_text;
using windlass::migrations::Location;
using windlass::migrations::parse_location;
using windlass::migrations::script_path;
using windlass::migrations::without_overlaps;

namespace {

Location location(const std::string& text) {
  return std::get<Location>(parse_location(text, "/base", {".sql"}));
}

std::string refusal(const std::string& text) {
  const auto parsed = parse_location(text, "/base", {".sql"});
  return std::holds_alternative<Diagnostic>(parsed) ? to_text(std::get<Diagnostic>(parsed)) : "";
}

}  // namespace

TEST_CASE("a location is a folder, relative to the base, its prefix optional") {
  CHECK(location("sql").root == "/base/sql");
  CHECK(location("filesystem:sql").root == "/base/sql");
  CHECK(location("filesystem:./sql/").root == "/base/sql");
  CHECK(location("filesystem:a/../sql").root == "/base/sql");
  CHECK(location("filesystem:/abs/sql").root == "/abs/sql");
  CHECK(location("filesystem:.").root == "/base");
  CHECK(location("filesystem:/").root == "/");
  CHECK(location("filesystem:my:folder").root == "/base/my:folder");
  CHECK(location("filesystem:svc/*/sql").root == "/base/svc");
  CHECK(std::get<Location>(parse_location("sql", "", {".sql"})).root == "sql");
  CHECK(std::get<Location>(parse_location("sql", ".", {".sql"})).root == "sql");
}

TEST_CASE("a location that is no folder is refused with what to do") {
  for (const std::string text : {"classpath:db/migration", "s3:bucket/sql", "gcs:bucket"}) {
    CHECK(refusal(text) == "error: the location " + text +
                               " is not a folder\n"
                               "  help: Copy the scripts into a folder of the project or the image and name "
                               "that: filesystem:FOLDER.\n");
  }
  CHECK(refusal("file:sql") ==
        "error: unknown prefix for location (should be filesystem:): file:sql\n"
        "  help: Write filesystem: before a folder whose name has a colon.\n");
}

TEST_CASE("wildcards choose folders and files, and the script's path begins behind them") {
  struct Case {
    std::string location;
    std::string file;  // below the location's root
    std::optional<std::string> path;
  };
  const std::vector<Case> cases = {
      {"sql", "x/V1__a.sql", "x/V1__a.sql"},
      {"svc/*/sql", "a/sql/V1__a.sql", "V1__a.sql"},
      {"svc/*/sql", "a/sql/deep/V1__a.sql", "deep/V1__a.sql"},
      {"svc/*/sql", "c/other/V3__no.sql", std::nullopt},
      {"svc/*/sql", "sql/V3__no.sql", std::nullopt},
      {"deep/**/V9*.sql", "p/q/V9__n.sql", "p/q/V9__n.sql"},
      {"deep/**/V9*.sql", "V9__n.sql", "V9__n.sql"},
      {"deep/**/V9*.sql", "p/V8__n.sql", std::nullopt},
      {"deep/V?__*.sql", "V1__a.sql", "V1__a.sql"},
      {"deep/V?__*.sql", "V10__a.sql", std::nullopt},
      {"deep/V1__?.sql", "V1__\xC3\xA9.sql", "V1__\xC3\xA9.sql"},
      {"deep/V1__*.sql", "V1__.sql", std::nullopt},
      {"deep/**", "p/q/V1__a.sql", "V1__a.sql"},
      {"deep/**", "V1__a.sql", "V1__a.sql"},
      {"deep/rel-?", "rel-1/x/V1__a.sql", "x/V1__a.sql"},
      {"deep/rel-?", "V1__a.sql", std::nullopt},
  };
  for (const auto& [text, file, path] : cases) {
    INFO(text << " " << file);
    CHECK(script_path(location(text), split(file, '/')) == path);
  }
}

TEST_CASE("a pattern full of stars is matched in bounded time") {
  std::string pattern = "d/";
  for (int i = 0; i < 100; ++i) pattern += "*a";
  CHECK(script_path(location(pattern + "b.sql"), {std::string(250, 'a')}) == std::nullopt);
}

TEST_CASE("locations that overlap are read once and said") {
  Diagnostics diagnostics;
  const auto kept = without_overlaps(
      {location("filesystem:sql/x"), location("filesystem:sql"), location("filesystem:./sql"),
       location("filesystem:sqlite"), location("filesystem:sql/*/x")},
      diagnostics);
  REQUIRE(kept.size() == 3);
  CHECK(kept[0].text == "filesystem:sql");
  CHECK(kept[1].text == "filesystem:sql/*/x");
  CHECK(kept[2].text == "filesystem:sqlite");
  CHECK(to_text(diagnostics) ==
        "warning: discarding duplicate location 'filesystem:./sql'\n"
        "  help: Name each folder once in `locations`; folders inside it are read too.\n"
        "warning: discarding location 'filesystem:sql/x' as it is a sub-location of 'filesystem:sql'\n"
        "  help: Name each folder once in `locations`; folders inside it are read too.\n");
}
