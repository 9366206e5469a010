#include "hook/store/manifest.hpp"

#include <catch2/catch.hpp>

using namespace windlass::hook;

namespace {

Manifest example() {
  Manifest manifest;
  manifest.run_id = "5f1c0f0e-0000-4000-8000-000000000001";
  manifest.environment = "prod";
  manifest.database = "sh\"op";
  manifest.identity = "7312/16384";
  manifest.server = "db:5432";
  manifest.server_version = "15.20";
  manifest.dump_version = "pg_dump (PostgreSQL) 15.20";
  manifest.command = {"pg_dump", "--format=custom"};
  manifest.version_from = "1.1";
  manifest.target = "2";
  manifest.history_digest = "ab";
  manifest.started = "2026-01-31T12:00:00Z";
  manifest.finished = "2026-01-31T12:01:00Z";
  manifest.lsn_before = "0/1";
  manifest.lsn_after = "0/2";
  manifest.files = {{"database.dump", 5'000'000'000ULL, "cd"}};
  return manifest;
}

}  // namespace

TEST_CASE("a manifest that was written reads as it was") {
  const auto parsed = parse_manifest(to_json(example()));
  REQUIRE(parsed);
  CHECK(*parsed == example());
}

TEST_CASE("keys that a later version adds are passed over") {
  auto text = to_json(example());
  text.replace(text.find("{") + 1, 0, "\"later\": {\"a\": 1},");
  CHECK(parse_manifest(text) == example());
}

TEST_CASE("what is no manifest of a known version is none") {
  const auto whole = to_json(example());
  CHECK_FALSE(parse_manifest(""));
  CHECK_FALSE(parse_manifest("[]"));
  CHECK_FALSE(parse_manifest("{}"));
  CHECK_FALSE(parse_manifest("{\"schemaVersion\": 1}"));
  CHECK_FALSE(parse_manifest(whole.substr(0, whole.size() / 2)));
  auto later = whole;
  later.replace(later.find("\"schemaVersion\": 1"), 18, "\"schemaVersion\": 2");
  CHECK_FALSE(parse_manifest(later));
  auto mistyped = whole;
  mistyped.replace(mistyped.find("5000000000"), 10, "\"many\"");
  CHECK_FALSE(parse_manifest(mistyped));
}
