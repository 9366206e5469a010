#include "generator/plan/environment.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

using Variables = std::map<std::string, std::string>;

// Literals as they are, references as "secret/key".
Variables variables(const project::Project& project, Phase phase, DryRun dry_run = DryRun::kNo) {
  Variables result;
  const auto settings = container_settings(project, project.databases[0], sample_files(),
                                           project::DeliveryMethod::kConfigMap, phase, dry_run);
  for (const auto& item : settings.environment) {
    const bool literal = item.find({"value"}) != nullptr;
    result[std::string(text_at(item, {"name"}))] =
        literal ? std::string(text_at(item, {"value"}))
                : std::string(text_at(item, {"valueFrom", "secretKeyRef", "name"})) + "/" +
                      std::string(text_at(item, {"valueFrom", "secretKeyRef", "key"}));
  }
  return result;
}

const std::string kDigest(64, 'd');
const std::string kRunLabels = "database=main,image=registry.example.com/windlass:1.0,project=storefront";

}  // namespace

TEST_CASE("each phase gets the settings that it needs and no defaults") {
  const Variables scripts = {{"WINDLASS_DATABASE_URL", "storefront-db/url"},
                             {"WINDLASS_LOCATIONS", "/windlass/sql/sql"},
                             {"WINDLASS_SCHEMAS", "shop"},
                             {"WINDLASS_EXPECT_DIGEST", kDigest},
                             {"WINDLASS_ENVIRONMENT", "prod"},
                             {"WINDLASS_RUN_LABELS", kRunLabels}};
  CHECK(variables(sample_project(), Phase::kMigrate) == scripts);
  CHECK(variables(sample_project(), Phase::kPreflight) == scripts);

  auto dry_run = scripts;
  dry_run["WINDLASS_DRY_RUN"] = "true";
  CHECK(variables(sample_project(), Phase::kMigrate, DryRun::kYes) == dry_run);

  auto backup = scripts;
  backup["WINDLASS_BACKUP_DIR"] = "/windlass/backup";
  CHECK(variables(sample_project(), Phase::kBackup) == backup);

  auto verify = scripts;
  verify["WINDLASS_VERIFY_LOCATIONS"] = "/windlass/verify/verify";
  verify["WINDLASS_EXPECT_VERSION"] = "2";
  CHECK(variables(sample_project(), Phase::kVerify) == verify);

  CHECK(variables(sample_project(), Phase::kGuard) ==
        Variables{{"WINDLASS_DATABASE_URL", "storefront-db/url"},
                  {"WINDLASS_DEFAULT_SCHEMA", "shop"},
                  {"WINDLASS_EXPECT_VERSION", "2"},
                  {"WINDLASS_ENVIRONMENT", "prod"}});
  CHECK(variables(sample_project(), Phase::kRollback) ==
        Variables{{"WINDLASS_DATABASE_URL", "storefront-db/url"},
                  {"WINDLASS_SCHEMAS", "shop"},
                  {"WINDLASS_ENVIRONMENT", "prod"},
                  {"WINDLASS_RUN_LABELS", kRunLabels},
                  {"WINDLASS_TARGET", ""},
                  {"WINDLASS_CONFIRM", ""}});
}

TEST_CASE("everything that differs from its default is handed over") {
  auto project = sample_project();
  auto& database = project.databases[0];
  database.default_schema = "core";
  database.history_table = "history";
  project.migration.limits = {Milliseconds(1'500), Milliseconds(60'000), 7, Milliseconds(3'600'000)};
  project.migration.settings = {{"out-of-order", "true"}, {"target", "5"}, {"baseline-version", "1"}};
  project.backup.retention = 3;
  project.verify.allow_not_valid = {"orders.fk_customer", "items.fk_order"};
  project.kubernetes.env = {{"PGAPPNAME", "shop"}, {"TZ", "UTC"}};
  database.connection.ssl_mode = "verify-full";

  const auto migrate = variables(project, Phase::kMigrate);
  CHECK(migrate.at("WINDLASS_DEFAULT_SCHEMA") == "core");
  CHECK(migrate.at("WINDLASS_HISTORY_TABLE") == "history");
  CHECK(migrate.at("WINDLASS_LOCK_TIMEOUT") == "1500ms");
  CHECK(migrate.at("WINDLASS_STATEMENT_TIMEOUT") == "1m");
  CHECK(migrate.at("WINDLASS_RETRIES") == "7");
  CHECK(migrate.at("WINDLASS_DEADLINE") == "1h");
  CHECK(migrate.at("WINDLASS_OUT_OF_ORDER") == "true");
  CHECK(migrate.at("WINDLASS_TARGET") == "5");
  CHECK(migrate.count("WINDLASS_BASELINE_VERSION") == 0);
  CHECK(migrate.at("PGAPPNAME") == "shop");
  CHECK(migrate.at("PGSSLMODE") == "verify-full");
  CHECK(variables(project, Phase::kBackup).at("WINDLASS_BACKUP_RETENTION") == "3");
  CHECK(variables(project, Phase::kVerify).at("WINDLASS_ALLOW_NOT_VALID") ==
        "orders.fk_customer,items.fk_order");
  CHECK(variables(project, Phase::kRollback).at("WINDLASS_TARGET").empty());
  CHECK(variables(project, Phase::kGuard).count("TZ") == 0);
  CHECK(variables(project, Phase::kGuard).at("PGAPPNAME") == "shop");
  CHECK(variables(project, Phase::kGuard).at("WINDLASS_HISTORY_TABLE") == "history");
}

TEST_CASE("a connection in parts keeps its secrets in Secrets") {
  auto project = sample_project();
  auto& connection = project.databases[0].connection;
  connection = {};
  connection.host = "db.example.com";
  connection.port = 6432;
  connection.user = "migrator";
  connection.password = project::SecretKey{"db", "password"};
  auto given = variables(project, Phase::kGuard);
  CHECK(given.at("WINDLASS_DATABASE_HOST") == "db.example.com");
  CHECK(given.at("WINDLASS_DATABASE_PORT") == "6432");
  CHECK(given.at("WINDLASS_DATABASE_NAME") == "storefront");
  CHECK(given.at("WINDLASS_DATABASE_USER") == "migrator");
  CHECK(given.at("WINDLASS_DATABASE_PASSWORD") == "db/password");
  CHECK(given.count("WINDLASS_DATABASE_URL") == 0);
  connection.user_secret = project::SecretKey{"db", "user"};
  CHECK(variables(project, Phase::kMigrate).at("WINDLASS_DATABASE_USER") == "db/user");
}

TEST_CASE("the URL past a pooler goes to every phase but the guard, which only reads") {
  auto project = sample_project();
  project.databases[0].connection.direct_url = project::SecretKey{"db", "direct"};
  CHECK(variables(project, Phase::kMigrate).at("WINDLASS_DIRECT_DATABASE_URL") == "db/direct");
  CHECK(variables(project, Phase::kRollback).at("WINDLASS_DIRECT_DATABASE_URL") == "db/direct");
  CHECK(variables(project, Phase::kMigrate).at("WINDLASS_DATABASE_URL") == "storefront-db/url");
  CHECK(variables(project, Phase::kGuard).count("WINDLASS_DIRECT_DATABASE_URL") == 0);
}

TEST_CASE("a guard of a set without versions waits for its digest") {
  auto files = sample_files();
  files.head_version.clear();
  files.expand_version.clear();
  const auto project = sample_project();
  const auto settings = container_settings(project, project.databases[0], files,
                                           project::DeliveryMethod::kConfigMap, Phase::kGuard);
  CHECK(env_value(Members{{"env", settings.environment}}, "WINDLASS_EXPECT_DIGEST") == kDigest);
  CHECK(env_value(Members{{"env", settings.environment}}, "WINDLASS_EXPECT_VERSION") == "(none)");
}

TEST_CASE("entries that the environment would take apart go into the settings file") {
  auto project = sample_project();
  project.migration.placeholders = {{"a", "x"}, {"b", "y=z"}};
  CHECK(variables(project, Phase::kMigrate).at("WINDLASS_PLACEHOLDERS") == "a=x,b=y=z");

  const std::string awkward = GENERATE("one, two", "blank ", "line\nend");
  project.migration.placeholders["b"] = awkward;
  project.verify.allow_not_valid = {"t.a,b"};
  const auto settings = container_settings(project, project.databases[0], sample_files(),
                                           project::DeliveryMethod::kConfigMap, Phase::kVerify);
  CHECK(settings.settings_file ==
        Members{{"placeholders", Members{{"a", "x"}, {"b", awkward}}}, {"allowNotValid", List{"t.a,b"}}});
  CHECK(variables(project, Phase::kVerify).count("WINDLASS_PLACEHOLDERS") == 0);
}

TEST_CASE("a literal survives Kubernetes' expansion of $(NAME)") {
  const auto [literal, escaped] = GENERATE(table<std::string, std::string>({
      {"plain", "plain"},
      {"$(HOME)", "$$(HOME)"},
      {"${name}", "${name}"},
      {"a$b", "a$b"},
      {"$", "$"},
      {"$$", "$$$"},
      {"a$$b", "a$$$b"},
      {"$$(X)", "$$$$(X)"},
  }));
  CHECK(escape_expansion(literal) == escaped);
}

TEST_CASE("guard and verify do not wait for scripts that run after them") {
  const auto project = sample_project();
  auto files = sample_files();
  files.has_contract = true;
  files.expand_version = "1";
  const auto value = [&](Phase phase, std::string_view name) {
    for (const auto& item :
         container_settings(project, project.databases[0], files, project::DeliveryMethod::kConfigMap, phase)
             .environment) {
      if (text_at(item, {"name"}) == name) return std::string(text_at(item, {"value"}));
    }
    return std::string();
  };
  CHECK(value(Phase::kMigrate, "WINDLASS_DEFER_CONTRACT") == "true");
  CHECK(value(Phase::kVerify, "WINDLASS_DEFER_CONTRACT") == "true");
  CHECK(value(Phase::kContract, "WINDLASS_DEFER_CONTRACT").empty());
  CHECK(value(Phase::kBackup, "WINDLASS_DEFER_CONTRACT").empty());
  CHECK(value(Phase::kVerify, "WINDLASS_EXPECT_VERSION") == "1");
  CHECK(value(Phase::kGuard, "WINDLASS_EXPECT_VERSION") == "1");
}

}  // namespace windlass::generator
