#include "hook/phases/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hook/database/catalog.hpp"
#include "hook/database/run_records.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {
namespace {

NewHistoryRow baseline_row(const Settings& settings) {
  const auto version = migrations::Version::parse(settings.baseline_version);
  if (!version) {
    throw Error(ExitCode::kConfiguration, "baseline-version is no version: " + settings.baseline_version,
                "Write digits and dots.");
  }
  return {version->text(), settings.baseline_description, "BASELINE", settings.baseline_description,
          std::nullopt,    settings.installed_by,         true};
}

// Throws when the rows leave no room for a baseline; true when this very one is there.
bool is_there(const std::vector<migrations::HistoryRow>& rows, const NewHistoryRow& wanted,
              const std::string& table) {
  const auto marker =
      std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.type == "BASELINE"; });
  if (marker == rows.end()) {
    const bool only_schemas =
        std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.type == "SCHEMA"; });
    if (only_schemas) return false;
    throw Error(ExitCode::kRefused, fmt::format("{} already contains migrations", table),
                "A baseline is for a database that has no history yet.");
  }
  if (marker->version == wanted.version && marker->description == wanted.description) return true;
  throw Error(ExitCode::kRefused,
              fmt::format("{} has already been baselined with ({},{})", table,
                          marker->version.value_or("null"), marker->description),
              "Use the same version and description, or leave it.");
}

void baseline(DatabaseRun& run) {
  const Settings& settings = run.context.settings;
  const NewHistoryRow row = baseline_row(settings);
  run.database.lock(run.history, std::min(settings.lock_wait, run.context.deadline.left()));
  const DatabaseState state = read_database_state(run);
  check_environment(run, state);
  run.context.report.version_to = row.version;
  if (is_there(state.rows, row, run.history.quoted())) {
    run.context.report.message =
        fmt::format("nothing to do: baselined with version {} already", *row.version);
    return;
  }
  Session& session = run.session();
  for (const auto& schema : state.missing_schemas) create_schema(session, schema);
  const std::string insert = insert_history_row(session, run.history, row, 0);
  if (state.history_exists) {
    session.execute("writing the baseline row", insert);
  } else {
    create_history_table(session, run.history, {insert});
  }
  create_own_tables(session, run.history.schema);
  begin_record(run);
  if (!settings.environment.empty() && !state.environment) {
    record_environment(session, run.history.schema, settings.environment);
  }
  run.context.report.message = fmt::format("baselined {} with version {}", run.history.schema, *row.version);
}

}  // namespace

void run_baseline(PhaseContext& context) {
  with_database(context, Recording::kCreateTables, [](DatabaseRun& run) { baseline(run); });
}

}  // namespace windlass::hook
