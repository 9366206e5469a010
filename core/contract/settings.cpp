#include "core/contract/settings.hpp"

#include <array>
#include <cctype>
#include <unordered_map>

namespace windlass {
namespace {

using enum SettingKind;

constexpr std::array kRows{
    // where the rest comes from
    SettingRow{"settings", kPath, "", "A YAML file with any of these settings, its keys in camelCase."},
    // the database
    SettingRow{
        "database-url", kSecret, "",
        "PostgreSQL URI or keyword string; PG* variables and the password file count where it is silent."},
    SettingRow{"direct-database-url", kSecret, "",
               "The same database past a connection pooler; preferred to database-url when both are given."},
    SettingRow{"database-host", kText, "", "Host name, address or socket directory, instead of a URL."},
    SettingRow{"database-port", kCount, "", "Port, instead of a URL."},
    SettingRow{"database-name", kText, "", "Database name, instead of a URL."},
    SettingRow{"database-user", kText, "", "Role to connect as, instead of a URL."},
    SettingRow{"database-password", kSecret, "",
               "Password of the role; prefer WINDLASS_DATABASE_PASSWORD_FILE."},
    SettingRow{"connect-timeout", kDuration, "60s", "How long to keep trying to reach the database."},
    SettingRow{"proxy-quit-url", kText, "",
               "Where an auth proxy beside the hook is told to end when the run has ended, however it ended: "
               "http://127.0.0.1:PORT/PATH."},
    // the scripts
    SettingRow{"locations", kList, "sql", "Folders that hold the migration scripts."},
    SettingRow{"layout", kText, "flyway", "How the scripts are laid out: flyway."},
    SettingRow{"verify-locations", kList, "",
               "Folders that hold verify queries; by default the folder verify beside each location."},
    SettingRow{"default-schema", kText, "",
               "Schema of the history table, first in search_path; by default the first of schemas, else the "
               "current schema."},
    SettingRow{"schemas", kList, "", "Schemas that the scripts manage; missing ones are created."},
    SettingRow{"create-schemas", kBool, "true", "Create the schemas that are missing."},
    SettingRow{"history-table", kText, "flyway_schema_history", "Name of the history table."},
    SettingRow{"target", kText, "latest",
               "Highest version to apply: a version, latest, current or next. For rollback: the version to "
               "go back to. For mark-applied and mark-undone: the version to mark."},
    SettingRow{
        "script", kText, "",
        "Script that mark-applied or mark-undone is about, named as info names it, instead of a version."},
    SettingRow{"out-of-order", kBool, "false", "Apply versions below the highest applied one."},
    SettingRow{
        "defer-contract", kBool, "false",
        "Leave the last scripts that are marked contract to the phase contract: migrate does not run them, "
        "verify lets them be pending."},
    SettingRow{"validate-on-migrate", kBool, "true",
               "Compare applied scripts with the history before migrating."},
    SettingRow{"validate-migration-naming", kBool, "false",
               "Refuse SQL files whose names do not follow the convention."},
    SettingRow{"fail-on-missing-locations", kBool, "true", "Fail when a location does not exist."},
    SettingRow{"ignore-migration-patterns", kList, "*:future",
               "States that validation passes over, as type:state."},
    SettingRow{"baseline-version", kText, "1", "Version that a baseline marks."},
    SettingRow{"baseline-description", kText, "<< Flyway Baseline >>", "Description of the baseline row."},
    SettingRow{"baseline-on-migrate", kBool, "false",
               "Baseline a non-empty database that has no history table."},
    SettingRow{"installed-by", kText, "", "Name in installed_by; by default the database role."},
    SettingRow{"encoding", kText, "UTF-8", "Encoding of the scripts."},
    SettingRow{"sql-migration-prefix", kText, "V", "File name prefix of versioned scripts."},
    SettingRow{"undo-sql-migration-prefix", kText, "U", "File name prefix of undo scripts."},
    SettingRow{"repeatable-sql-migration-prefix", kText, "R", "File name prefix of repeatable scripts."},
    SettingRow{"baseline-migration-prefix", kText, "B", "File name prefix of baseline scripts."},
    SettingRow{"sql-migration-separator", kText, "__",
               "What separates version and description in a file name."},
    SettingRow{"sql-migration-suffixes", kList, ".sql", "File name suffixes of scripts."},
    SettingRow{"placeholders", kMap, "", "Values of ${name} in scripts."},
    SettingRow{"placeholder-replacement", kBool, "true", "Replace placeholders in scripts."},
    SettingRow{"placeholder-prefix", kText, "${", "What a placeholder begins with."},
    SettingRow{"placeholder-suffix", kText, "}", "What a placeholder ends with."},
    SettingRow{"skip-default-callbacks", kBool, "false",
               "Leave the callback scripts in the locations alone."},
    SettingRow{"expect-digest", kText, "", "Digest that the mounted script set must have."},
    SettingRow{"expect-version", kText, "", "Version that guard waits for and verify expects."},
    // many tenants
    SettingRow{"tenants", kBool, "false",
               "Run the phase for each tenant of tenant-list, or of its shard tenant-index."},
    SettingRow{"tenant", kText, "", "Run the phase for this tenant alone."},
    SettingRow{"tenant-list", kPath, "", "The list of tenants: a name or name=place a line."},
    SettingRow{"tenant-kind", kText, "schema", "What a tenant has of its own: schema or database."},
    SettingRow{"tenant-digest", kText, "", "SHA-256 that the list of tenants must have."},
    SettingRow{"tenant-shards", kCount, "1", "How many shards the tenants are spread over."},
    SettingRow{"tenant-index", kCount, "",
               "The shard of this run, from 0; by default JOB_COMPLETION_INDEX, else all shards."},
    SettingRow{"tenant-deadline", kDuration, "5m", "Longest time that one tenant may take."},
    // the run
    SettingRow{"environment", kText, "",
               "Name of the environment; must equal the one recorded in the database."},
    SettingRow{"dry-run", kBool, "false", "Show what would be done, in a read-only session."},
    SettingRow{"lock-timeout", kDuration, "2s",
               "Longest lock_timeout of one attempt; attempts ramp up to it."},
    SettingRow{"statement-timeout", kDuration, "0s", "statement_timeout of a script; 0s is none."},
    SettingRow{
        "batch", kText, "auto",
        "auto sends small scripts many at a time where nothing has to be decided between them, each still "
        "with its own commit; off sends each alone."},
    SettingRow{"retries", kCount, "40", "Attempts after a lock timeout or deadlock."},
    SettingRow{"deadline", kDuration, "15m", "Longest time that the whole phase may take."},
    SettingRow{"lock-wait", kDuration, "5m", "How long to wait for another runner's lock."},
    SettingRow{"lease-duration", kDuration, "30s",
               "Behind a pooler in transaction mode: how long a runner that is silent keeps its lease."},
    SettingRow{"guard-wait", kDuration, "5m", "How long guard waits for the database to catch up."},
    SettingRow{"allow-not-valid", kList, "",
               "Constraints that verify lets stay NOT VALID, as table.constraint."},
    SettingRow{
        "confirm", kText, "",
        "The confirmation value that rollback, repair, mark-applied and mark-undone print and ask for."},
    SettingRow{"safety-delay", kDuration, "10s", "How long rollback waits before it begins."},
    // the backup
    SettingRow{"backup-dir", kPath, "", "Mounted directory that backups are published in."},
    SettingRow{"backup-retention", kCount, "7", "How many backups of a database are kept."},
    // the report
    SettingRow{"output", kText, "text", "What stdout carries: text or json."},
    SettingRow{"log-format", kText, "auto",
               "auto, text or json; auto is text on a terminal, json elsewhere."},
    SettingRow{"log-level", kText, "info", "debug, info, warning or error."},
    SettingRow{"termination-log", kPath, "/dev/termination-log",
               "File that the termination message is written to, if it exists."},
    SettingRow{"run-labels", kMap, "",
               "Labels of this run that its record keeps, such as image, commit and actor."},
};

}  // namespace

std::span<const SettingRow> setting_table() { return kRows; }

const SettingRow* find_setting(std::string_view name) {
  static const auto kByName = [] {
    std::unordered_map<std::string_view, const SettingRow*> rows;
    for (const auto& row : kRows) rows.emplace(row.name, &row);
    return rows;
  }();
  const auto found = kByName.find(name);
  return found == kByName.end() ? nullptr : found->second;
}

std::string setting_environment_name(std::string_view name) {
  std::string result = "WINDLASS_";
  for (const char c : name) {
    result += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return result;
}

std::string setting_file_key(std::string_view name) {
  std::string result;
  bool upper = false;
  for (const char c : name) {
    if (c == '-') {
      upper = true;
      continue;
    }
    result += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return result;
}

}  // namespace windlass
