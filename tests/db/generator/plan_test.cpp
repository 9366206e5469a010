#include "generator/commands/plan.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/process.hpp"
#include "tests/support/test_database.hpp"

using namespace windlass;
using namespace windlass::generator;

TEST_CASE("a plan against a server shows what is applied, what is pending and what changed") {
  const testing::TestDatabase database;
  const TemporaryDirectory folder("windlass-plan-db-");
  const auto add = [&](const std::string& path, const std::string& text) {
    write_file_atomically(folder.path() / path, text);
  };
  add("windlass.yaml",
      "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\nspec:\n  backup: {claimName: b}\n"
      "  migration: {placeholders: {who: \"a,b\"}}\n"
      "  databases: {main: {name: shop}}\n  environments: {dev: {backup: {retention: 1}}}\n");
  add("sql/V1__a.sql", "CREATE TABLE a (who text DEFAULT '${who}');");
  add("sql/R__v.sql", "CREATE OR REPLACE VIEW v AS SELECT '${who}' AS who;");

  const auto hook = [&](const std::string& phase) {
    return run_process({.arguments = {WINDLASS_HOOK, phase, "--locations", (folder.path() / "sql").string(),
                                      "--environment", "dev", "--placeholders", "who=a,b"},
                        .environment = {{"WINDLASS_DATABASE_URL", database.url().reveal()}}},
                       {.limit = Milliseconds(60'000)});
  };
  const auto migrated = hook("migrate");
  INFO(migrated.error);
  REQUIRE(migrated.succeeded());

  add("sql/V2__b.sql", "CREATE TABLE b (id int);");
  PlanOptions options;
  options.folder = folder.path();
  options.environment = "dev";
  options.output = "json";
  options.database_url = database.url();
  options.hook = WINDLASS_HOOK;
  std::ostringstream out;
  std::ostringstream err;
  const auto code = run_plan(options, out, err);
  CHECK(code == ExitCode::kDone);
  const auto report = nlohmann::json::parse(out.str());
  CHECK(report["fresh"] == false);
  const auto& plan = report["databases"][0];
  CHECK(plan["current"] == "1");
  CHECK(plan["pending"] == 1);
  std::string states;
  for (const auto& row : plan["migrations"]) {
    states += row["script"].get<std::string>() + " " + row["state"].get<std::string>() + "\n";
  }
  CHECK(states == "V1__a.sql Success\nR__v.sql Success\nV2__b.sql Pending\n");
}

TEST_CASE("a plan of a database with tenants is that of the tenant that is named") {
  const testing::TestDatabase database;
  const TemporaryDirectory folder("windlass-plan-db-");
  const auto add = [&](const std::string& path, const std::string& text) {
    write_file_atomically(folder.path() / path, text);
  };
  add("windlass.yaml",
      "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\nspec:\n  backup: {claimName: b}\n"
      "  migration: {policies: {backupBeforeUpgrade: false}}\n"
      "  databases: {main: {name: shop, tenants: {file: tenants.txt}}, audit: {name: audit}}\n");
  add("tenants.txt", "north\nsouth=region_south\n");
  add("sql/V1__a.sql", "CREATE TABLE a (id int);");
  const auto migrated = run_process(
      {.arguments = {WINDLASS_HOOK, "migrate", "--locations", (folder.path() / "sql").string(), "--tenant",
                     "south", "--tenant-list", (folder.path() / "tenants.txt").string()},
       .environment = {{"WINDLASS_DATABASE_URL", database.url().reveal()}}},
      {.limit = Milliseconds(60'000)});
  INFO(migrated.error);
  REQUIRE(migrated.succeeded());

  PlanOptions options;
  options.folder = folder.path();
  options.database = "main";
  options.output = "json";
  options.database_url = database.url();
  options.hook = WINDLASS_HOOK;
  const auto pending_of = [&](const std::string& tenant) {
    options.tenant = tenant;
    std::ostringstream out;
    std::ostringstream err;
    CHECK(run_plan(options, out, err) == ExitCode::kDone);
    return nlohmann::json::parse(out.str())["databases"][0]["pending"].get<int>();
  };
  CHECK(pending_of("south") == 0);
  CHECK(pending_of("north") == 1);

  ExitCode code = ExitCode::kDone;
  const auto refused = [&](const std::string& tenant) -> std::string {
    options.tenant = tenant;
    std::ostringstream said;
    try {
      run_plan(options, said, said);
    } catch (const Error& error) {
      code = error.code();
      return error.what();
    }
    return "done";
  };
  CHECK(refused("") == "database main has tenants, each with a history of its own");
  CHECK(code == ExitCode::kUsage);
  CHECK(refused("west").starts_with("west is no tenant of "));
  CHECK(code == ExitCode::kConfiguration);
  options.database = "audit";
  CHECK(refused("north") == "database audit has no tenants");
  options.database_url = Secret();
  CHECK(refused("north") == "--tenant names a tenant of a database, and --database-url none");
}
