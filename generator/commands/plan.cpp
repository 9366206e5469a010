#include "generator/commands/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/contract/settings.hpp"
#include "core/migrations/plan.hpp"
#include "generator/commands/hook_info.hpp"
#include "generator/commands/open_project.hpp"
#include "generator/plan/delivery.hpp"
#include "generator/plan/script_files.hpp"
#include "generator/plan/target.hpp"

namespace windlass::generator {
namespace {

using Json = nlohmann::ordered_json;

std::vector<const project::Database*> chosen_databases(const project::Project& project,
                                                       const PlanOptions& options) {
  std::vector<const project::Database*> chosen;
  std::vector<std::string> keys;
  for (const auto& database : project.databases) {
    keys.push_back(database.key);
    if (options.database.empty() || options.database == database.key) chosen.push_back(&database);
  }
  const std::string known = fmt::format("Name one by --database: {}.", join(keys, ", "));
  if (chosen.empty())
    throw Error(ExitCode::kUsage, fmt::format("the project has no database {}", options.database), known);
  if (!options.database_url.empty() && chosen.size() > 1) {
    throw Error(ExitCode::kUsage, "--database-url could be of several databases of the project", known);
  }
  return chosen;
}

// With a URL: whose history is looked at is plain.
void check_tenant(const project::Database& database, const PlanOptions& options) {
  const bool has_tenants = database.tenants.has_value();
  if (options.database_url.empty()) {
    if (options.tenant.empty()) return;
    throw Error(ExitCode::kUsage, "--tenant names a tenant of a database, and --database-url none",
                "A fresh database gets the same scripts for every tenant: leave --tenant out.");
  }
  if (has_tenants && options.tenant.empty()) {
    throw Error(ExitCode::kUsage,
                fmt::format("database {} has tenants, each with a history of its own", database.key),
                "Name one by --tenant; windlass-hook info --tenants shows them all.");
  }
  if (!has_tenants && !options.tenant.empty()) {
    throw Error(ExitCode::kUsage, fmt::format("database {} has no tenants", database.key),
                "Leave --tenant out.");
  }
}

migrations::PlanSettings plan_settings(const project::Project& project) {
  const auto text = [&](std::string_view name) {
    const auto found = project.migration.settings.find(std::string(name));
    return found == project.migration.settings.end() ? std::string(find_setting(name)->default_value)
                                                     : found->second;
  };
  return {text("target"), text("out-of-order") == "true", split(text("ignore-migration-patterns"), ',')};
}

Json row_of(const migrations::Entry& entry) {
  return {{"version", entry.version ? Json(entry.version_text()) : Json(nullptr)},
          {"description", entry.description()},
          {"type", entry.type()},
          {"script", entry.script->path},
          {"checksum", entry.script->checksum},
          {"state", migrations::state_name(entry.state)},
          {"installedOn", nullptr},
          {"installedBy", nullptr}};
}

// What a database without a history would get.
Json fresh_plan(const project::Project& project, const project::Database& database) {
  const auto base = std::filesystem::path(project.file).parent_path();
  const auto set = migrations::read_script_set(database.scripts.locations, base, set_rules(project));
  if (set.diagnostics.has_errors()) {
    throw Error(ExitCode::kInvalidScripts,
                fmt::format("the scripts of database {} have {}", database.key,
                            counted(set.diagnostics.error_count(), "error")),
                "Run windlass lint for all of them.")
        .with_details(to_text(set.diagnostics));
  }
  const auto plan = migrations::make_plan(set, {}, plan_settings(project));
  if (!plan.faults.empty())
    throw Error(ExitCode::kInvalidScripts, plan.faults.front(), "Correct spec.migration.target.");
  if (plan.entries.empty()) {
    throw Error(
        ExitCode::kNoScripts,
        fmt::format("database {} has no scripts in {}", database.key, join(database.scripts.locations, ", ")),
        "Make one with: windlass new \"what it does\".");
  }
  Json rows = Json::array();
  for (const auto* entry : plan.to_run) rows.push_back(row_of(*entry));
  return {{"current", nullptr}, {"pending", plan.to_run.size()}, {"migrations", std::move(rows)}};
}

Json database_plan(const project::Project& project, const project::Database& database,
                   const PlanOptions& options) {
  Json plan = {{"key", database.key}, {"name", database.name}};
  if (options.database_url.empty()) {
    plan.update(fresh_plan(project, database));
    return plan;
  }
  const auto report = hook_info(project, database, options.database_url, options.tenant, options.hook);
  for (const auto* name : {"current", "pending", "migrations"}) plan[name] = report.at(name);
  return plan;
}

std::string cell(const Json& value) { return value.is_null() ? std::string() : value.get<std::string>(); }

// Characters, not bytes, so that columns stand under each other.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_utf8_continuation(c); }));
}

void print_table(const Json& migrations, std::ostream& out) {
  constexpr std::array kColumns = {"version", "description", "type", "state", "script"};
  std::vector<std::array<std::string, kColumns.size()>> lines(1);
  for (std::size_t c = 0; c < kColumns.size(); ++c) lines[0][c] = kColumns[c];
  for (const auto& row : migrations) {
    auto& line = lines.emplace_back();
    for (std::size_t c = 0; c < kColumns.size(); ++c) line[c] = cell(row.at(kColumns[c]));
  }
  std::array<std::size_t, kColumns.size()> widths{};
  for (const auto& line : lines) {
    for (std::size_t c = 0; c < kColumns.size(); ++c) widths[c] = std::max(widths[c], width(line[c]));
  }
  for (const auto& line : lines) {
    std::string text = " ";
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      text += " " + line[c] + std::string(widths[c] - width(line[c]) + 1, ' ');
    }
    out << text.substr(0, text.find_last_not_of(' ') + 1) << '\n';
  }
}

void print_text(const Json& report, std::ostream& out) {
  for (const auto& database : report["databases"]) {
    const auto pending = database["pending"].get<std::size_t>();
    const std::string title = fmt::format("{} ({})", cell(database["key"]), cell(database["name"]));
    if (report["fresh"].get<bool>()) {
      out << fmt::format("{}: a fresh database gets {}\n", title, counted(pending, "script"));
    } else {
      const std::string current = cell(database["current"]);
      out << fmt::format("{}: {}, {} pending\n", title,
                         current.empty() ? "no version" : "at version " + current,
                         counted(pending, "script"));
    }
    if (!database["migrations"].empty()) print_table(database["migrations"], out);
  }
}

// What would carry the scripts of all databases to Argo CD; nothing while they have errors.
std::optional<Delivery> delivery_of(const project::Project& project) {
  std::vector<DatabaseFiles> files;
  for (const auto& database : project.databases) {
    files.push_back(read_database_files(project, database));
    if (files.back().diagnostics.has_errors()) return std::nullopt;
  }
  return choose_delivery(project, files, argocd_presync());
}

Json delivery_json(const std::optional<Delivery>& delivery) {
  if (!delivery) return nullptr;
  const bool any = !delivery->diagnostics.has_errors();
  return {{"method", any ? Json(method_name(delivery->method)) : Json(nullptr)},
          {"reason", delivery->why.empty() ? Json(nullptr) : Json(delivery->why)}};
}

}  // namespace

ExitCode run_plan(const PlanOptions& options, std::ostream& out, std::ostream& err) {
  const auto project = open_environment(options.folder, options.environment, err);
  Json report = {{"schemaVersion", 1},
                 {"project", project.name},
                 {"environment", project.environment},
                 {"fresh", options.database_url.empty()},
                 {"databases", Json::array()}};
  for (const auto* database : chosen_databases(project, options)) {
    check_tenant(*database, options);
    report["databases"].push_back(database_plan(project, *database, options));
  }
  const auto delivery = delivery_of(project);
  report["delivery"] = delivery_json(delivery);
  if (options.output == "json") {
    out << report.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  } else {
    print_text(report, out);
    if (delivery) out << to_sentence(*delivery) << '\n';
  }
  return ExitCode::kDone;
}

}  // namespace windlass::generator
