#include "core/project/load.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "tests/support/golden_file.hpp"

using namespace windlass;
using namespace windlass::project;
namespace fs = std::filesystem;

namespace {

const fs::path kData = fs::path(WINDLASS_TEST_DATA) / "project";

std::string read(const fs::path& path) { return read_file(path, std::size_t{64} << 20U); }

LoadResult load(const std::string& text, const std::string& environment = {}) {
  return load_project_text(text, "windlass.yaml", environment);
}

std::string faults(const std::string& text, const std::string& environment = {}) {
  return to_text(load(text, environment).diagnostics);
}

std::vector<fs::path> yaml_files(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kData / folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

const std::string kMinimal =
    "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\n"
    "spec:\n  databases: {main: {name: shop}}\n";

}  // namespace

TEST_CASE("every invalid config gets exactly the diagnostics beside it") {
  const auto files = yaml_files("invalid");
  REQUIRE(files.size() >= 48);
  for (const auto& file : files) {
    INFO(file.filename().string());
    const auto result = load(read(file));
    CHECK_FALSE(result.project.has_value());
    check_golden_file(fs::path(file).replace_extension(".txt"), to_text(result.diagnostics));
  }
}

TEST_CASE("every valid config loads without errors, for each of its environments") {
  const auto files = yaml_files("valid");
  REQUIRE(files.size() >= 4);
  for (const auto& file : files) {
    INFO(file.filename().string());
    const auto result = load(read(file));
    INFO(to_text(result.diagnostics));
    REQUIRE(result.project.has_value());
    for (const auto& environment : result.project->environments) {
      const auto overlaid = load(read(file), environment);
      REQUIRE(overlaid.project.has_value());
      CHECK(overlaid.project->environment == environment);
    }
  }
}

TEST_CASE("the example of the migration strategy is valid as it stands") {
  const auto result = load(read(kData / "valid/e-commerce-api.yaml"));
  REQUIRE(result.project.has_value());
  const Project& project = *result.project;
  CHECK(project.name == "e-commerce-api");
  CHECK(project.description == "E-commerce API database migrations");
  REQUIRE(project.databases.size() == 1);
  CHECK(project.databases[0].key == "primary");
  CHECK(project.databases[0].name == "ecommerce_db");
  CHECK(project.databases[0].schemas == std::vector<std::string>{"public", "audit", "reporting"});
  CHECK(project.migration.policies.require_rollback);
  CHECK(project.migration.policies.require_validation);
  CHECK(project.migration.policies.dry_run_first);
  CHECK(project.migration.policies.backup_before_upgrade);
  CHECK(project.compatibility.at("v1.1.0").upgrades_to == std::vector<std::string>{"v2.0.0"});
  CHECK(project.compatibility.at("v1.1.0").rollback_to == std::vector<std::string>{"v1.0.0"});
  CHECK(project.compatibility.at("v1.0.0").rollback_to.empty());
}

TEST_CASE("a config of the required keys only has the defaults of the structures") {
  const auto result = load(kMinimal);
  REQUIRE(result.project.has_value());
  const Project& project = *result.project;
  const Database fresh_database;
  REQUIRE(project.databases.size() == 1);
  const Database& database = project.databases[0];
  CHECK(database.type == fresh_database.type);
  CHECK(database.history_table == fresh_database.history_table);
  CHECK(database.scripts.layout == fresh_database.scripts.layout);
  CHECK(database.scripts.locations == fresh_database.scripts.locations);
  CHECK(database.scripts.verify == fresh_database.scripts.verify);
  CHECK(database.connection.port == fresh_database.connection.port);
  REQUIRE(database.connection.url.has_value());
  CHECK(database.connection.url->name == "shop-main");
  CHECK(database.connection.url->key == "url");

  const Migration fresh_migration;
  CHECK(project.migration.policies.require_rollback == fresh_migration.policies.require_rollback);
  CHECK(project.migration.policies.backup_before_upgrade == fresh_migration.policies.backup_before_upgrade);
  CHECK(project.migration.limits.lock_timeout == fresh_migration.limits.lock_timeout);
  CHECK(project.migration.limits.statement_timeout == fresh_migration.limits.statement_timeout);
  CHECK(project.migration.limits.retries == fresh_migration.limits.retries);
  CHECK(project.migration.limits.deadline == fresh_migration.limits.deadline);
  CHECK(project.migration.settings.empty());

  const Kubernetes fresh;
  CHECK(project.kubernetes.namespace_name == fresh.namespace_name);
  CHECK(project.kubernetes.image == fresh.image);
  CHECK(project.kubernetes.image_pull_policy == fresh.image_pull_policy);
  CHECK(project.kubernetes.create_service_account == fresh.create_service_account);
  CHECK(project.kubernetes.min_version == fresh.min_version);
  CHECK(project.kubernetes.active_deadline == fresh.active_deadline);
  CHECK(project.kubernetes.ttl_after_finished == fresh.ttl_after_finished);
  CHECK(project.kubernetes.termination_grace == fresh.termination_grace);
  CHECK(project.kubernetes.backoff_limit == fresh.backoff_limit);
  CHECK_FALSE(project.kubernetes.run_as_user.has_value());
  CHECK(project.backup.retention == Backup{}.retention);
  CHECK(project.backup.size == Backup{}.size);
  CHECK(project.identity.provider == IdentityProvider::kNone);
  CHECK(project.delivery.method == Delivery{}.method);
}

TEST_CASE("what carries the scripts arrives") {
  const auto result = load(kMinimal +
                           "  delivery: {method: copy, path: /srv/migrations, image: "
                           "\"registry.example.com/shop/migrations:1.4.0\"}\n");
  REQUIRE(result.project.has_value());
  const auto& delivery = result.project->delivery;
  CHECK(delivery.method == DeliveryMethod::kCopy);
  CHECK(delivery.image == "registry.example.com/shop/migrations:1.4.0");
  CHECK(delivery.path == "/srv/migrations");
  CHECK(delivery.command.empty());

  const auto storage = load(kMinimal +
                            "  delivery: {method: objectStorage, image: r/aws:2, command: [sync, s3://b/1, "
                            "$(SCRIPTS)]}\n");
  REQUIRE(storage.project.has_value());
  CHECK(storage.project->delivery.command == std::vector<std::string>{"sync", "s3://b/1", "$(SCRIPTS)"});
}

TEST_CASE("every way to a database arrives") {
  const auto result = load(read(kData / "valid/complete.yaml"));
  REQUIRE(result.project.has_value());
  const auto connection = [&](std::size_t index) { return result.project->databases.at(index).connection; };
  const Connection ledger = connection(3);
  CHECK(ledger.host == "127.0.0.1");
  CHECK(ledger.port == 6543);
  CHECK(ledger.user == "migrate@storefront.iam");
  CHECK(ledger.guard_user == "ledger_reader");
  CHECK(ledger.proxy->kind == ProxyKind::kAlloyDb);
  CHECK(ledger.proxy->network == ProxyNetwork::kPsc);
  CHECK(ledger.proxy->iam_login);
  CHECK(ledger.proxy->image == "mirror.example.com/alloydb-auth-proxy:1.15.2");
  const Connection books = connection(4);
  CHECK(books.proxy->kind == ProxyKind::kCloudSql);
  CHECK(books.proxy->network == ProxyNetwork::kPublic);
  CHECK(books.external_secret->store_kind == "ClusterSecretStore");
  CHECK(books.external_secret->refresh_interval == Milliseconds(300'000));
  CHECK(books.external_secret->data.at("username").property == "user");
  CHECK(books.external_secret->data.at("password").version == "3");
  const Connection stock = connection(5);
  CHECK(stock.csi->provider == "gcp");
  CHECK(stock.csi->parameters == Map{{"secrets", "[]"}});
  CHECK(stock.csi->files.password == "password");
  CHECK(connection(6).csi->class_name == "events-credentials");
  CHECK_FALSE(connection(6).url.has_value());
  CHECK(connection(7).vault_agent->auth_path == "auth/cluster");
  CHECK(connection(7).vault_agent->fields.user == "username");
  CHECK_FALSE(connection(8).url.has_value());
  CHECK(connection(8).vault_agent->fields.url == "url");
}

TEST_CASE("every key of a complete config arrives") {
  const auto result = load(read(kData / "valid/complete.yaml"));
  REQUIRE(result.project.has_value());
  const Project& project = *result.project;
  CHECK(project.labels == Map{{"team", "payments"}, {"example.com/tier", "1"}});
  REQUIRE(project.databases.size() == 9);
  CHECK(project.databases[0].default_schema == "shop");
  CHECK(project.databases[0].scripts.locations ==
        std::vector<std::string>{"sql", "filesystem:../shared/sql"});
  CHECK(project.databases[0].connection.url->name == "storefront-db");
  const Connection& parts = project.databases[1].connection;
  CHECK_FALSE(parts.url.has_value());
  CHECK(parts.host == "reporting-db");
  CHECK(parts.port == 5433);
  CHECK(parts.user_secret->key == "username");
  CHECK(parts.password->name == "reporting-db");
  CHECK(parts.ssl_mode == "verify-full");
  CHECK(project.databases[2].connection.user == "archivist");
  CHECK(parts.ca->name == "rds-ca");
  CHECK(parts.ca->key == "bundle.pem");
  CHECK(project.migration.limits.lock_timeout == Milliseconds(1500));
  CHECK(project.migration.limits.retries == 10);
  CHECK(project.migration.placeholders == Map{{"owner", "app"}, {"flag", "yes"}, {"empty", ""}});
  CHECK(project.migration.settings == Map{{"connect-timeout", "30s"},
                                          {"lock-wait", "1m"},
                                          {"guard-wait", "10m"},
                                          {"safety-delay", "0s"},
                                          {"target", "latest"},
                                          {"create-schemas", "false"},
                                          {"out-of-order", "true"},
                                          {"validate-on-migrate", "true"},
                                          {"validate-migration-naming", "true"},
                                          {"fail-on-missing-locations", "false"},
                                          {"ignore-migration-patterns", "*:missing,*:future"},
                                          {"baseline-version", "1.1"},
                                          {"baseline-description", "before windlass"},
                                          {"baseline-on-migrate", "true"},
                                          {"installed-by", "ci"},
                                          {"encoding", "ISO-8859-1"},
                                          {"sql-migration-prefix", "M"},
                                          {"undo-sql-migration-prefix", "D"},
                                          {"repeatable-sql-migration-prefix", "A"},
                                          {"baseline-migration-prefix", "S"},
                                          {"sql-migration-separator", "--"},
                                          {"sql-migration-suffixes", ".sql,.pgsql"},
                                          {"placeholder-replacement", "true"},
                                          {"placeholder-prefix", "{{"},
                                          {"placeholder-suffix", "}}"}});
  CHECK(project.backup.claim_name == "storefront-backups");
  CHECK(project.verify.allow_not_valid == std::vector<std::string>{"orders.orders_customer_fk"});
  CHECK(project.identity.provider == IdentityProvider::kGke);
  CHECK(project.identity.principal == "migrate@storefront.iam.gserviceaccount.com");
  const Kubernetes& kubernetes = project.kubernetes;
  CHECK(kubernetes.min_version == "1.30");
  CHECK_FALSE(kubernetes.create_service_account);
  CHECK(kubernetes.service_account == "migrator");
  CHECK(kubernetes.env == Map{{"PGAPPNAME", "storefront"}, {"TZ", "UTC"}});
  REQUIRE(kubernetes.tolerations.size() == 2);
  CHECK(kubernetes.tolerations[0].effect == "NoSchedule");
  CHECK(kubernetes.tolerations[1].op == "Exists");
  CHECK(kubernetes.requests.at("ephemeral-storage") == "1Gi");
  CHECK(kubernetes.limits == Map{{"cpu", "1"}, {"memory", "0.5Gi"}});
  CHECK(kubernetes.run_as_user == 65532);
  CHECK(project.alerts.enabled);
  CHECK(project.alerts.labels == Map{{"release", "prometheus"}});
  CHECK(project.alerts.long_running == Milliseconds{10 * 60'000});
  CHECK(project.alerts.failure_percent == 50);
  CHECK(project.alerts.not_run_for == Milliseconds{720 * 3600'000LL});
  CHECK_FALSE(kubernetes.network_policy.enabled);
  CHECK(kubernetes.network_policy.database_cidrs == std::vector<std::string>{"10.0.0.0/8", "fd00::/8"});
  CHECK(kubernetes.network_policy.database_ports == std::vector<int>{5432, 6432});
  CHECK(kubernetes.mesh == Mesh::kLinkerd);
  CHECK(kubernetes.ttl_after_finished == Milliseconds(24 * 3600 * 1000));
  CHECK(project.environments == std::vector<std::string>{"dev", "prod"});
}

TEST_CASE("an environment merges maps by key and replaces lists and values") {
  const auto text = read(kData / "valid/complete.yaml");
  const auto dev = load(text, "dev");
  REQUIRE(dev.project.has_value());
  CHECK(dev.project->databases[0].schemas == std::vector<std::string>{"shop"});
  CHECK(dev.project->databases[0].default_schema == "shop");
  CHECK(dev.project->kubernetes.namespace_name == "storefront");
  const auto prod = load(text, "prod");
  REQUIRE(prod.project.has_value());
  CHECK(prod.project->kubernetes.namespace_name == "storefront-prod");
  CHECK(prod.project->kubernetes.labels == Map{{"tier", "backend"}, {"stage", "prod"}});
  CHECK(prod.project->migration.placeholders.at("owner") == "prod_app");
  CHECK(prod.project->migration.placeholders.at("flag") == "yes");
  CHECK(prod.project->migration.policies.backup_before_upgrade);
}

TEST_CASE("anchors, aliases and merge keys are read as YAML defines them") {
  const auto result = load(read(kData / "valid/anchors.yaml"));
  REQUIRE(result.project.has_value());
  CHECK(result.project->databases[1].name == "copy");
  CHECK(result.project->databases[1].schemas == std::vector<std::string>{"a", "b"});
  CHECK(result.project->databases[2].schemas == std::vector<std::string>{"a", "b"});
  CHECK(result.project->kubernetes.annotations == Map{{"team", "a"}});
}

TEST_CASE("an environment that the file does not know is named with the ones that it knows") {
  const auto text = read(kData / "valid/complete.yaml");
  CHECK(faults(text, "prdo") ==
        "windlass.yaml:167:5: error: no environment \"prdo\" in this file\n"
        "      dev:\n"
        "      ^\n"
        "  help: Did you mean \"prod\"? Known: dev, prod.\n");
}

TEST_CASE("a file without environments is the same in any of them") {
  const auto result = load(kMinimal, "prod");
  REQUIRE(result.project.has_value());
  CHECK(result.project->environment == "prod");
  CHECK(faults(kMinimal, "Prod 1") ==
        "windlass.yaml: error: environment \"Prod 1\" must be lower-case letters, digits and dashes, at most "
        "63, "
        "without a dash at either end\n"
        "  help: Name another environment.\n");
}

TEST_CASE("a backup that nobody keeps is a warning, a kept one is not") {
  const auto result = load(kMinimal);
  REQUIRE(result.diagnostics.list().size() == 1);
  CHECK(result.diagnostics.list()[0].severity == Severity::kWarning);
  CHECK(load(kMinimal + "  backup: {claimName: backups}\n").diagnostics.empty());
  CHECK(load(kMinimal + "  migration: {policies: {backupBeforeUpgrade: false}}\n").diagnostics.empty());
}

TEST_CASE("bytes that are no text end in one diagnostic") {
  using namespace std::string_literals;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "windlass.yaml: error: the file is empty\n"},
      {"\xEF\xBB\xBF", "windlass.yaml: error: the file is empty\n"},
      {"a: 1\nb: \0x"s,
       "windlass.yaml:2:4: error: byte 0x00 does not belong in a text file\n  help: Save the file as UTF-8 "
       "text.\n"},
      {"a: \x04"s,
       "windlass.yaml:1:4: error: byte 0x04 does not belong in a text file\n  help: Save the file as UTF-8 "
       "text.\n"},
      {"\x7F"
       "ELF",
       "windlass.yaml:1:1: error: byte 0x7f does not belong in a text file\n  help: Save the file as UTF-8 "
       "text.\n"},
      {"a: 1\nb: M\xFCller\n",
       "windlass.yaml:2:5: error: the file is not UTF-8 from here on\n  help: Save the file as UTF-8 "
       "text.\n"},
      {"\xFF\xFE"
       "abc",
       "windlass.yaml:1:1: error: the file is not UTF-8 from here on\n  help: Save the file as UTF-8 "
       "text.\n"},
      {std::string(50'000'000, ' '),
       "windlass.yaml: error: the file has 50000000 bytes, more than the limit of 1048576\n"
       "  help: A config has a few hundred lines; is this the right file?\n"},
  };
  for (const auto& [text, expected] : cases) {
    CHECK(faults(text) == expected);
  }
}

TEST_CASE("a byte order mark and line ends of Windows do not move a place") {
  std::string text =
      "\xEF\xBB\xBF"
      "apiVersion: v9\r\nkind: ProjectConfig\r\nmetadata: {name: A}\r\nspec:\r\n"
      "  databases: {main: {name: shop}}\r\n";
  CHECK(faults(text) ==
        "windlass.yaml:1:13: error: apiVersion must be one of windlass.dev/v1, v1, not \"v9\"\n"
        "  apiVersion: v9\n"
        "              ^~\n"
        "  help: Did you mean \"v1\"?\n"
        "windlass.yaml:3:18: error: metadata.name must be a lower-case letter, then lower-case letters, "
        "digits and "
        "dashes, at most 40 in all, not \"A\"\n"
        "  metadata: {name: A}\n"
        "                   ^\n");
}

TEST_CASE("a file that explodes when its aliases are expanded is refused") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j == 0 ? "" : ", ") + before;
    text += "]\n";
  }
  CHECK(faults(text) ==
        "windlass.yaml:5:55: error: the file has more than 100000 values when its aliases are expanded\n"
        "  a4: &a4 [*a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3, *a3]\n"
        "                                                        ^\n"
        "  help: Use fewer aliases of aliases.\n");
}

TEST_CASE("nesting of any kind is refused before it can exhaust the stack") {
  const std::string help = "  help: Flatten the file.\n";
  std::string dashes;
  for (int i = 0; i < 200'000; ++i) dashes += "- ";
  CHECK(faults(dashes) == "windlass.yaml:1:129: error: nested deeper than 64 levels\n" + help);
  std::string braces;
  for (int i = 0; i < 100'000; ++i) braces += "{a: ";
  const std::string brackets(500'000, '[');
  std::string questions;
  for (int i = 0; i < 200'000; ++i) questions += "? ";
  for (const auto& text : {braces, brackets, questions}) {
    CHECK(faults(text).find("error: nested deeper than 64 levels\n" + help) != std::string::npos);
  }
  std::string lines;
  for (int i = 0; i < 1'000; ++i) lines += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(faults(lines).find("nested deeper than 64 levels") != std::string::npos);
}

TEST_CASE("a megabyte of faults is reported within seconds") {
  std::string text = kMinimal + "  migration:\n";
  while (text.size() < 1'000'000) text += "    lockTimeut" + std::to_string(text.size()) + ": x\n";
  const auto begin = std::chrono::steady_clock::now();
  const auto result = load(text);
  CHECK(result.diagnostics.error_count() > 30'000);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
}

TEST_CASE("more environments than anybody has are refused") {
  std::string text = kMinimal + "  environments:\n";
  for (int i = 0; i < 101; ++i) text += "    e" + std::to_string(i) + ": {backup: {retention: 3}}\n";
  CHECK(faults(text) ==
        "windlass.yaml:7:5: error: spec.environments holds 101 environments, more than 100\n"
        "      e0: {backup: {retention: 3}}\n"
        "      ^\n");
}

TEST_CASE("the config of a folder is windlass.yaml, else project-config.yaml") {
  const TemporaryDirectory folder("windlass-config-");
  try {
    config_path(folder.path());
    FAIL("no config was found");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kConfiguration);
    CHECK(std::string(error.what()) == "no windlass.yaml in " + folder.path().string());
    CHECK(error.hint() == "Name the project's folder, or make a new project with: windlass init");
  }
  write_file_atomically(folder.path() / "project-config.yaml", kMinimal);
  CHECK(config_path(folder.path()).filename() == "project-config.yaml");
  write_file_atomically(folder.path() / "windlass.yaml", kMinimal);
  CHECK(config_path(folder.path()).filename() == "windlass.yaml");
  const auto result = load_project(config_path(folder.path()), "");
  REQUIRE(result.project.has_value());
  CHECK(result.project->file == (folder.path() / "windlass.yaml").string());
}

TEST_CASE("regression: two keys of one name in two spellings were both read") {
  CHECK(faults(kMinimal + "  compatibilityMatrix: {}\n  compatibility_matrix: {}\n") ==
        "windlass.yaml:7:3: error: duplicate key \"compatibility_matrix\": \"compatibilityMatrix\" on line 6 "
        "is the "
        "same\n"
        "    compatibility_matrix: {}\n"
        "    ^~~~~~~~~~~~~~~~~~~~\n"
        "  help: Remove one of the two.\n");
}

TEST_CASE("no mutation of a config crashes the loader or leaves it without a word") {
  const std::string original = read(kData / "valid/complete.yaml");
  const std::vector<std::string> pieces = {"&a ", "*a",     "<<: ", "? ",    "- ",    "[",    "{",  "}",
                                           "]",   "\"",     "'",    "|\n",   ">\n",   ":",    "\t", "\n",
                                           "#",   "!!str ", "%",    "---\n", "...\n", "\x80", "\0", "~"};
  std::uint32_t state = 20261121;
  const auto next = [&](std::size_t bound) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::size_t>(state >> 8U) % bound;
  };
  for (int round = 0; round < 2000; ++round) {
    std::string text = original;
    for (std::size_t change = next(4) + 1; change > 0; --change) {
      const std::size_t at = next(text.size());
      if (next(3) == 0) {
        text.erase(at, next(40));
      } else {
        text.insert(at, pieces[next(pieces.size())]);
      }
    }
    INFO(text);
    const auto result = load(text, round % 2 == 0 ? "prod" : "");
    CHECK(result.project.has_value() != result.diagnostics.has_errors());
  }
}
