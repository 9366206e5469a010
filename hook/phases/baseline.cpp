#include "hook/phases/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "hook/phases/callbacks.hpp"
#include "hook/phases/groundwork.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {
namespace {

constexpr std::array<std::string_view, 6> kBaselineEvents{"afterConnect",       "createSchema",
                                                          "beforeCreateSchema", "beforeBaseline",
                                                          "afterBaseline",      "afterBaselineError"};

Error refused(const std::string& message, const std::string& hint) {
  return Error(ExitCode::kRefused, message, hint);
}

// Throws when the history leaves no room for a baseline; true when this very one is there. Flyway's rules.
bool is_there(const DatabaseState& state, const NewHistoryRow& wanted, const std::string& table) {
  if (!state.history_exists) return false;
  if (state.rows.empty()) {
    throw refused(fmt::format("{} already exists, and is empty", table),
                  fmt::format("Drop {}, then run baseline again.", table));
  }
  const auto marker = std::find_if(state.rows.begin(), state.rows.end(),
                                   [](const auto& row) { return row.type == "BASELINE"; });
  if (marker != state.rows.end()) {
    if (marker->version == wanted.version && marker->description == wanted.description) return true;
    throw refused(fmt::format("{} has already been baselined with ({},{})", table,
                              marker->version.value_or("null"), marker->description),
                  "Use the same version and description, or leave it.");
  }
  const bool only_schemas =
      std::all_of(state.rows.begin(), state.rows.end(), [](const auto& row) { return row.type == "SCHEMA"; });
  if (!only_schemas) {
    throw refused(fmt::format("{} already contains migrations", table),
                  "A baseline is for a database that has no history yet.");
  }
  if (migrations::Version::parse(*wanted.version) == migrations::Version::parse("0")) {
    throw refused(fmt::format("{} uses version 0 for the creation of its schemas", table),
                  "Baseline with another version.");
  }
  return false;
}

void write_baseline(DatabaseRun& run, const DatabaseState& state, const NewHistoryRow& row) {
  Report& report = run.context.report;
  if (is_there(state, row, run.history.quoted())) {
    report.message = fmt::format("nothing to do: baselined with version {} already", *row.version);
    return;
  }
  if (run.context.settings.dry_run) {
    report.message = fmt::format("dry run: would baseline {} with version {}, nothing was changed",
                                 run.history.schema, *row.version);
    return;
  }
  lay_groundwork(run, state, row);
  report.message = fmt::format("baselined {} with version {}", run.history.schema, *row.version);
}

void baseline(DatabaseRun& run) {
  const Settings& settings = run.context.settings;
  const NewHistoryRow row = baseline_row(settings);
  take_lock(run);
  const DatabaseState state = read_database_state(run);
  check_environment(run, state);
  run.context.report.version_to = row.version;
  Callbacks callbacks = callbacks_alone(run, kBaselineEvents);
  callbacks.fire("afterConnect");
  if (settings.create_schemas) {
    callbacks.fire("createSchema");
    callbacks.fire("beforeCreateSchema");
  }
  callbacks.fire("beforeBaseline");
  try {
    write_baseline(run, state, row);
  } catch (const Error&) {
    callbacks.fire_after_failure("afterBaselineError");
    throw;
  }
  callbacks.fire("afterBaseline");
}

}  // namespace

void run_baseline(PhaseContext& context) {
  with_database(context, Recording::kCreateTables, [](DatabaseRun& run) { baseline(run); });
}

}  // namespace windlass::hook
