#include "generator/commands/plan.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"

using namespace windlass;
using namespace windlass::generator;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const std::string kHead =
    "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\nspec:\n"
    "  backup: {claimName: b}\n  environments: {dev: {backup: {retention: 1}}}\n";
const std::string kOne = "  databases: {main: {name: shop, schemas: [app], historyTable: h}}\n";
const std::string kTwo =
    "  databases: {main: {name: shop}, audit: {name: audit_db, scripts: {locations: [audit]}}}\n";

class Bench {
 public:
  explicit Bench(const std::string& spec) { add("windlass.yaml", kHead + spec); }

  void add(const std::string& path, const std::string& text) {
    write_file_atomically(folder_.path() / path, text);
  }

  // A program that plays windlass-hook: it keeps what it was given and prints `report`.
  void add_hook(const std::string& report, int exit_code) {
    add("hook", "#!/bin/sh\ncd '" + folder_.path().string() +
                    "'\necho \"$@\" > args\necho \"$WINDLASS_DATABASE_URL\" > url\n"
                    "while [ $# -gt 0 ]; do [ \"$1\" = --settings ] && cp \"$2\" settings; shift; done\n"
                    "cat <<'END'\n" +
                    report + "\nEND\necho why >&2\nexit " + std::to_string(exit_code) + "\n");
    fs::permissions(folder_.path() / "hook", fs::perms::owner_all);
    options.hook = folder_.path() / "hook";
    options.database_url = Secret("postgresql://app:hunter2@db/shop");
  }

  std::string read(const std::string& path) { return read_file(folder_.path() / path, 10000); }

  // What is printed; or "code: message | hint".
  std::string run() {
    std::ostringstream out;
    std::ostringstream err;
    options.folder = folder_.path();
    options.environment = "dev";
    try {
      run_plan(options, out, err);
    } catch (const Error& error) {
      return std::to_string(static_cast<int>(error.code())) + ": " + error.what() + " | " + error.hint();
    }
    return out.str();
  }

  PlanOptions options;

 private:
  TemporaryDirectory folder_{"windlass-plan-test-"};
};

}  // namespace

TEST_CASE("offline, a plan lists what a fresh database gets, in the order of the run") {
  Bench bench(kTwo);
  bench.add("sql/V10__last.sql", "SELECT 1;");
  bench.add("sql/V2__\xC3\xA4nderung.sql", "SELECT 1;");
  bench.add("sql/U2__x.sql", "SELECT 1;");
  bench.add("sql/R__view.sql", "SELECT 1;");
  bench.add("audit/V1__log.sql", "SELECT 1;");
  CHECK(bench.run() ==
        "main (shop): a fresh database gets 3 scripts\n"
        "  version  description  type  state    script\n"
        "  2        \xC3\xA4nderung     SQL   Pending  V2__\xC3\xA4nderung.sql\n"
        "  10       last         SQL   Pending  V10__last.sql\n"
        "           view         SQL   Pending  R__view.sql\n"
        "audit (audit_db): a fresh database gets 1 script\n"
        "  version  description  type  state    script\n"
        "  1        log          SQL   Pending  V1__log.sql\n"
        "delivery: configMap, because the scripts take 45 bytes\n");
  bench.options.database = "audit";
  bench.options.output = "json";
  const auto report = json::parse(bench.run());
  CHECK(report["schemaVersion"] == 1);
  CHECK(report["project"] == "shop");
  CHECK(report["environment"] == "dev");
  CHECK(report["fresh"] == true);
  REQUIRE(report["databases"].size() == 1);
  CHECK(report["databases"][0]["key"] == "audit");
  CHECK(report["databases"][0]["current"].is_null());
  CHECK(report["databases"][0]["pending"] == 1);
  const auto& row = report["databases"][0]["migrations"][0];
  CHECK(row["version"] == "1");
  CHECK(row["script"] == "V1__log.sql");
  CHECK(row["checksum"].is_number_integer());
  CHECK(row["installedOn"].is_null());
}

TEST_CASE("a target ends the plan, and an unknown one is refused") {
  Bench bench(kOne + "  migration: {target: \"1\"}\n");
  bench.add("sql/V1__a.sql", "SELECT 1;");
  bench.add("sql/V2__b.sql", "SELECT 1;");
  CHECK(bench.run().find("gets 1 script\n") != std::string::npos);
  Bench unknown(kOne + "  migration: {target: \"7\"}\n");
  unknown.add("sql/V1__a.sql", "SELECT 1;");
  CHECK(unknown.run().starts_with("65: "));
}

TEST_CASE("what cannot be planned ends in the documented code with what to do") {
  Bench two(kTwo);
  two.options.database = "nope";
  CHECK(two.run() == "64: the project has no database nope | Name one by --database: main, audit.");
  two.options.database = "";
  two.options.database_url = Secret("postgresql://db/x");
  CHECK(two.run() ==
        "64: --database-url could be of several databases of the project | Name one by --database: main, "
        "audit.");
  Bench empty(kOne);
  empty.add("sql/notes.txt", "");
  CHECK(empty.run() ==
        "66: database main has no scripts in sql | Make one with: windlass new \"what it does\".");
  Bench broken(kOne);
  broken.add("sql/V1__a.sql", "SELECT 1;");
  broken.add("sql/V01__a.sql", "SELECT 1;");
  CHECK(broken.run() == "65: the scripts of database main have 1 error | Run windlass lint for all of them.");
  Bench config("  databases: {}\n");
  CHECK(config.run().starts_with("78: "));
}

TEST_CASE("with a URL the hook is asked, which gets the project's settings and the URL in its environment") {
  Bench bench(
      kOne +
      "  migration: {outOfOrder: true, placeholders: {a: \"x,y\"}, sqlMigrationSuffixes: [.sql, .ddl]}\n");
  bench.add("sql/V1__a.sql", "SELECT 1;");
  bench.add_hook(R"({"current": "1", "pending": 1, "migrations": [
    {"version": "1", "description": "a", "type": "SQL", "script": "V1__a.sql", "state": "Success"},
    {"version": null, "description": "v", "type": "SQL", "script": "R__v.sql", "state": "Pending"}]})",
                 0);
  CHECK(bench.run() ==
        "main (shop): at version 1, 1 script pending\n"
        "  version  description  type  state    script\n"
        "  1        a            SQL   Success  V1__a.sql\n"
        "           v            SQL   Pending  R__v.sql\n"
        "delivery: configMap, because the scripts take 9 bytes\n");
  CHECK(bench.read("url") == "postgresql://app:hunter2@db/shop\n");
  CHECK(bench.read("args").starts_with("info --output json --settings "));
  CHECK(bench.read("args").find("hunter2") == std::string::npos);
  const auto settings = json::parse(bench.read("settings"));
  CHECK(settings["schemas"] == json::array({"app"}));
  CHECK(settings["historyTable"] == "h");
  CHECK(settings["environment"] == "dev");
  CHECK(settings["outOfOrder"] == true);
  CHECK(settings["placeholders"]["a"] == "x,y");
  CHECK(settings["sqlMigrationSuffixes"] == json::array({".sql", ".ddl"}));
  CHECK(fs::path(settings["locations"][0].get<std::string>()).is_absolute());
}

TEST_CASE("a hook that fails ends the plan with its own code, message and hint") {
  Bench bench(kOne);
  bench.add_hook(R"({"message": "the database could not be reached", "hint": "Check the host."})", 69);
  CHECK(bench.run() == "69: the database could not be reached | Check the host.");
  Bench silent(kOne);
  silent.add_hook("not json", 139);
  CHECK(silent.run() == "70: windlass-hook ended with code 139 and no report | ");
  Bench missing(kOne);
  missing.add_hook("", 0);
  missing.options.hook = "/nowhere/windlass-hook";
  CHECK(missing.run() == "64: --hook /nowhere/windlass-hook is no program | ");
}
