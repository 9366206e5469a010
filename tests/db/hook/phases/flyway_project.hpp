// A recorded Flyway project in a folder of a phase bench: its files, its settings, its commands as phases.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {

class FlywayProject {
 public:
  FlywayProject(PhaseBench& bench, std::string folder)
      : bench_(bench), folder_(std::move(folder)), defaults_(bench.settings) {}

  // null removes a file, {"symlink": target} links it, a path that ends in / is a folder.
  void change_files(const nlohmann::json& files) {
    namespace fs = std::filesystem;
    for (const auto& [path, content] : files.items()) {
      if (content.is_null()) {
        bench_.remove(folder_ + path);
      } else if (content.is_object()) {
        fs::create_directories(bench_.at(folder_ + path).parent_path());
        fs::create_symlink(content.at("symlink").get<std::string>(), bench_.at(folder_ + path));
      } else if (path.ends_with('/')) {
        fs::create_directories(bench_.at(folder_ + path));
      } else {
        bench_.write(folder_ + path, content.get<std::string>());
      }
    }
  }

  Settings settings_of(const nlohmann::json& from) const {
    Settings to = defaults_;
    to.locations.clear();
    for (const auto& location : split(from.at("locations").get<std::string>(), ',')) {
      to.locations.push_back("filesystem:" +
                             bench_.at(folder_ + location.substr(location.find(':') + 1)).string());
    }
    to.fail_on_missing_locations = flag(from, "failOnMissingLocations", "false");
    to.validate_migration_naming = flag(from, "validateMigrationNaming", "false");
    to.sql_migration_prefix = from.value("sqlMigrationPrefix", to.sql_migration_prefix);
    to.repeatable_sql_migration_prefix =
        from.value("repeatableSqlMigrationPrefix", to.repeatable_sql_migration_prefix);
    to.sql_migration_separator = from.value("sqlMigrationSeparator", to.sql_migration_separator);
    if (from.contains("sqlMigrationSuffixes"))
      to.sql_migration_suffixes = split(from.at("sqlMigrationSuffixes").get<std::string>(), ',');
    to.placeholder_replacement = flag(from, "placeholderReplacement", "true");
    for (const auto& [key, value] : from.items()) {
      if (key.starts_with("placeholders.")) to.placeholders[key.substr(13)] = value;
    }
    to.skip_default_callbacks = flag(from, "skipDefaultCallbacks", "false");
    to.target = from.value("target", to.target);
    to.out_of_order = flag(from, "outOfOrder", "false");
    to.validate_on_migrate = flag(from, "validateOnMigrate", "true");
    if (from.contains("ignoreMigrationPatterns"))
      to.ignore_migration_patterns = split(from.at("ignoreMigrationPatterns").get<std::string>(), ',');
    if (from.contains("schemas")) to.schemas = split(from.at("schemas").get<std::string>(), ',');
    to.default_schema = from.value("defaultSchema", to.default_schema);
    to.create_schemas = flag(from, "createSchemas", "true");
    to.history_table = from.value("table", to.history_table);
    to.baseline_on_migrate = flag(from, "baselineOnMigrate", "false");
    to.baseline_version = from.value("baselineVersion", to.baseline_version);
    to.baseline_description = from.value("baselineDescription", to.baseline_description);
    return to;
  }

 private:
  static bool flag(const nlohmann::json& settings, const std::string& key, const std::string& otherwise) {
    return settings.value(key, otherwise) == "true";
  }

  PhaseBench& bench_;
  std::string folder_;
  const Settings defaults_;
};

// Flyway takes any changed text; ours asks for a confirmation first, and then does what Flyway does.
inline Report repair_as_flyway_does(PhaseBench& bench) {
  const Report first = bench.repair();
  if (first.outcome != ExitCode::kRefused) return first;
  bench.settings.confirm = PhaseBench::confirmation_in(first);
  REQUIRE_THAT(bench.settings.confirm, Catch::StartsWith("changed:"));
  return bench.repair();
}

inline Report run_command(PhaseBench& bench, const std::string& command) {
  if (command == "migrate") return bench.migrate();
  if (command == "info") return bench.info();
  if (command == "validate") return bench.validate();
  if (command == "baseline") return bench.baseline();
  if (command == "repair") return repair_as_flyway_does(bench);
  throw std::runtime_error("no phase for " + command);
}

}  // namespace windlass::hook
