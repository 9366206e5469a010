#include "generator/commands/hook_info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/log.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/contract/settings.hpp"
#include "generator/commands/hook_program.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr Milliseconds kLimit{120'000};
constexpr std::string_view kPatience = "10s";  // somebody is waiting at a terminal; a project may say more

std::vector<std::string> here(const std::vector<std::string>& locations, const fs::path& base) {
  constexpr std::string_view kScheme = "filesystem:";
  std::vector<std::string> result;
  for (std::string_view location : locations) {
    if (location.starts_with(kScheme)) location.remove_prefix(kScheme.size());
    result.push_back(fs::absolute(base / location).lexically_normal().string());
  }
  return result;
}

json typed(const SettingRow& row, const std::string& value) {
  if (row.kind == SettingKind::kList) return split(value, ',');
  if (row.kind == SettingKind::kBool) return value == "true";
  return value;
}

// JSON is YAML, so the hook's settings file can be written without a YAML library.
json settings_of(const project::Project& project, const project::Database& database,
                 const std::string& tenant) {
  json settings = {{"connectTimeout", kPatience}};
  for (const auto& [name, value] : project.migration.settings) {
    settings[setting_file_key(name)] = typed(*find_setting(name), value);
  }
  settings["locations"] = here(database.scripts.locations, fs::path(project.file).parent_path());
  settings["historyTable"] = database.history_table;
  settings["placeholders"] = project.migration.placeholders;
  if (!database.schemas.empty()) settings["schemas"] = database.schemas;
  if (!database.default_schema.empty()) settings["defaultSchema"] = database.default_schema;
  if (!project.environment.empty()) settings["environment"] = project.environment;
  if (!tenant.empty()) {
    settings["tenant"] = tenant;
    settings["tenantKind"] = project::tenant_kind_name(database.tenants->kind);
    settings["tenantList"] = here({database.tenants->file}, fs::path(project.file).parent_path()).front();
  }
  return settings;
}

[[noreturn]] void report_failure(const ProcessResult& result, const json& report) {
  if (result.ended == Ended::kTimedOut) {
    throw Error(ExitCode::kUnreachable,
                fmt::format("windlass-hook did not answer within {}", format_duration(kLimit)),
                "Is the database reachable from here?");
  }
  if (!report.is_object() || !report.contains("message")) {
    throw Error(ExitCode::kInternal,
                fmt::format("windlass-hook ended with code {} and no report", result.exit_code))
        .with_details(result.error);
  }
  const auto table = exit_code_table();
  const auto row = std::find_if(table.begin(), table.end(), [&](const ExitCodeRow& each) {
    return static_cast<int>(each.code) == result.exit_code;
  });
  throw Error(row == table.end() ? ExitCode::kInternal : row->code, report["message"].get<std::string>(),
              report.value("hint", std::string()));
}

}  // namespace

json hook_info(const project::Project& project, const project::Database& database, const Secret& url,
               const std::string& tenant, const std::optional<fs::path>& hook) {
  const TemporaryDirectory folder("windlass-plan-");
  const fs::path settings = folder.path() / "settings.yaml";
  write_file_atomically(settings, settings_of(project, database, tenant).dump(2));
  const Command command{.arguments = {find_hook_program(hook).string(), "info", "--output", "json",
                                      "--settings", settings.string(), "--log-level", "warning"},
                        .environment = {{setting_environment_name("database-url"), url.reveal()}},
                        .signal_at_parent_death = SIGTERM};
  log::info(fmt::format("asking the database of {}, for at most {}", database.key, format_duration(kLimit)));
  const auto result = run_process(command, {.limit = kLimit});
  const auto report = json::parse(result.out, nullptr, /*allow_exceptions=*/false);
  if (!result.succeeded() || !report.is_object()) report_failure(result, report);
  return report;
}

}  // namespace windlass::generator
