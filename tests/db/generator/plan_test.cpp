#include "generator/commands/plan.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/process.hpp"
#include "tests/support/test_database.hpp"

using namespace windlass;
using namespace windlass::generator;

namespace {

// A project in a folder, a database for it, and the hook that migrates one to the other.
class PlannedProject {
 public:
  PlannedProject() {
    options.folder = folder_.path();
    options.output = "json";
    options.database_url = database_.url();
    options.hook = WINDLASS_HOOK;
  }

  std::string at(const std::string& path) const { return (folder_.path() / path).string(); }
  void add(const std::string& path, const std::string& text) const { write_file_atomically(at(path), text); }

  ProcessResult migrate(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {WINDLASS_HOOK, "migrate", "--locations", at("sql")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_process({.arguments = std::move(arguments),
                        .environment = {{"WINDLASS_DATABASE_URL", database_.url().reveal()}}},
                       {.limit = Milliseconds(60'000)});
  }

  nlohmann::json plan() const {
    std::ostringstream out;
    std::ostringstream err;
    CHECK(run_plan(options, out, err) == ExitCode::kDone);
    return nlohmann::json::parse(out.str());
  }

  PlanOptions options;

 private:
  const testing::TestDatabase database_;
  const TemporaryDirectory folder_{"windlass-plan-db-"};
};

}  // namespace

TEST_CASE("a plan against a server shows what is applied, what is pending and what changed") {
  PlannedProject project;
  project.add("windlass.yaml",
              "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\nspec:\n  backup: {claimName: b}\n"
              "  migration: {placeholders: {who: \"a,b\"}}\n"
              "  databases: {main: {name: shop}}\n  environments: {dev: {backup: {retention: 1}}}\n");
  project.add("sql/V1__a.sql", "CREATE TABLE a (who text DEFAULT '${who}');");
  project.add("sql/R__v.sql", "CREATE OR REPLACE VIEW v AS SELECT '${who}' AS who;");

  const auto migrated = project.migrate({"--environment", "dev", "--placeholders", "who=a,b"});
  INFO(migrated.error);
  REQUIRE(migrated.succeeded());

  project.add("sql/V2__b.sql", "CREATE TABLE b (id int);");
  project.options.environment = "dev";
  const auto report = project.plan();
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
  PlannedProject project;
  project.add("windlass.yaml",
              "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\nspec:\n  backup: {claimName: b}\n"
              "  migration: {policies: {backupBeforeUpgrade: false}}\n"
              "  databases: {main: {name: shop, tenants: {file: tenants.txt}}, audit: {name: audit}}\n");
  project.add("tenants.txt", "north\nsouth=region_south\n");
  project.add("sql/V1__a.sql", "CREATE TABLE a (id int);");
  const auto migrated = project.migrate({"--tenant", "south", "--tenant-list", project.at("tenants.txt")});
  INFO(migrated.error);
  REQUIRE(migrated.succeeded());

  auto& options = project.options;
  options.database = "main";
  const auto pending_of = [&](const std::string& tenant) {
    options.tenant = tenant;
    return project.plan()["databases"][0]["pending"].get<int>();
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
