#include "hook/phases/groundwork.hpp"

#include <string>
#include <vector>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/catalog.hpp"
#include "hook/database/run_records.hpp"
#include "hook/database/settled_commit.hpp"

namespace windlass::hook {
namespace {

NewHistoryRow schemas_row(const std::vector<std::string>& created, const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& schema : created) names.push_back(Session::quote_name(schema));
  return {std::nullopt, "<< Flyway Schema Creation >>", "SCHEMA", join(names, ","),
          std::nullopt, settings.installed_by,          true};
}

}  // namespace

NewHistoryRow baseline_row(const Settings& settings) {
  const auto version = migrations::Version::parse(settings.baseline_version);
  if (!version) {
    throw Error(ExitCode::kConfiguration, "baseline-version is no version: " + settings.baseline_version,
                "Write digits and dots.");
  }
  return {version->text(), settings.baseline_description, "BASELINE", settings.baseline_description,
          std::nullopt,    settings.installed_by,         true};
}

void lay_groundwork(DatabaseRun& run, const DatabaseState& state,
                    const std::optional<NewHistoryRow>& baseline) {
  Session& session = run.session();
  std::vector<NewHistoryRow> rows;
  if (baseline) rows.push_back(*baseline);
  if (!state.missing_schemas.empty())
    rows.push_back(schemas_row(state.missing_schemas, run.context.settings));
  const std::string& environment = run.context.settings.environment;
  const bool names_environment = !environment.empty() && !state.environment;
  if (state.history_exists && rows.empty() && run.own_tables_seen && !names_environment)
    return begin_record(run);
  // In one transaction: a run that finds the history table does not look for the rest again.
  commit_settled(run.database, "creating schemas and the history table", [&] {
    Lease* lease = run.database.lease();
    for (const auto& schema : state.missing_schemas) {
      // The one that the lease's table lies in was made with it.
      if (lease == nullptr || !schema_exists(session, schema)) create_schema(session, schema);
    }
    if (!state.history_exists) create_history_table(session, run.history);
    for (const auto& row : rows)
      session.execute("writing the first rows", insert_history_row(session, run.history, row, 0));
    create_own_tables(session, run.history.schema);
    if (names_environment) record_environment(session, run.history.schema, environment);
    if (lease != nullptr) lease->note_own_rows();
  });
  for (const auto& schema : state.missing_schemas) log::info("created schema " + schema);
  if (!state.history_exists) log::info("created the history table " + run.history.quoted());
  begin_record(run);
}

}  // namespace windlass::hook
