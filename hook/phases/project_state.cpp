#include "hook/phases/project_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "hook/database/catalog.hpp"
#include "hook/database/intents.hpp"
#include "hook/database/run_records.hpp"
#include "hook/database/snapshot.hpp"

namespace windlass::hook {
namespace {

// In the order of the setting, in which Flyway creates and records them.
std::vector<std::string> managed_schemas(const DatabaseRun& run) {
  std::vector<std::string> schemas;
  const auto is_new = [&](const std::string& schema) {
    return std::find(schemas.begin(), schemas.end(), schema) == schemas.end();
  };
  for (const auto& schema : run.context.settings.schemas) {
    if (is_new(schema)) schemas.push_back(schema);
  }
  if (is_new(run.history.schema)) schemas.insert(schemas.begin(), run.history.schema);
  return schemas;
}

void throw_on_plan_faults(const migrations::Plan& plan) {
  if (plan.faults.empty()) return;
  throw Error(ExitCode::kConfiguration, plan.faults.front(), "Correct the target or the ignore patterns.")
      .with_details(join(plan.faults, "\n"));
}

void check_digest(const migrations::ScriptSet& scripts, const std::string& expected) {
  if (expected.empty() || expected == scripts.digest) return;
  throw Error(
      ExitCode::kInvalidScripts,
      fmt::format("the mounted scripts have digest {}, this job was made for {}", scripts.digest, expected),
      "Render the manifests again and apply all of them together; a stale or partial ConfigMap is mounted.");
}

// Which of the managed schemas are there, and which of the tables that the history's schema may hold.
std::string presence_question(const DatabaseRun& run, const Session& session,
                              const std::vector<std::string>& schemas) {
  std::string names;
  for (const auto& schema : schemas) names += (names.empty() ? "" : ", ") + session.quote(schema);
  return fmt::format(
      "SELECT n.nspname, c.relname FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c "
      "ON c.relnamespace = n.oid AND n.nspname = {} AND c.relkind = 'r' AND c.relname IN ({}, {}, {}) "
      "WHERE n.nspname IN ({})",
      session.quote(run.history.schema), session.quote(run.history.table), session.quote(kEnvironmentTable),
      session.quote(kLeaseTable), names);
}

void note_presence(DatabaseState& state, DatabaseRun& run, const Rows& answer) {
  const auto is_there = [&](std::size_t column, std::string_view name) {
    return std::any_of(answer.begin(), answer.end(), [&](const Row& row) { return row.at(column) == name; });
  };
  state.history_exists = is_there(1, run.history.table);
  // A schema that was made for the lease's table is still to be told of by the history table.
  run.lease_table_seen = is_there(1, kLeaseTable);
  const bool made_for_lease =
      !state.history_exists && run.lease_table_seen && schema_made_for_lease(run.session(), run.history);
  for (const auto& schema : state.schemas) {
    if (!is_there(0, schema) || (made_for_lease && schema == run.history.schema))
      state.missing_schemas.push_back(schema);
  }
  run.own_tables_seen = is_there(1, kEnvironmentTable);
}

// Two messages for all questions: what the second may ask for is what the first has found.
void fill_state(DatabaseState& state, DatabaseRun& run) {
  Session& session = run.session();
  Snapshot snapshot(session, "reading the state of the database");
  note_presence(state, run, snapshot.begin(presence_question(run, session, state.schemas)).at(0));
  if (!state.history_exists) {
    state.schemas_empty = std::all_of(state.schemas.begin(), state.schemas.end(),
                                      [&](const auto& schema) { return schema_is_empty(session, schema); });
  }
  std::vector<std::string> questions;
  if (state.history_exists) questions.push_back(history_question(run.history));
  if (run.own_tables_seen) {
    questions.push_back(in_flight_question(session, run.history.schema, run.history.table));
    questions.push_back(environment_question(run.history.schema));
  }
  auto answers = snapshot.end(join(questions, ";"));
  auto answer = answers.begin();
  if (state.history_exists) state.rows = history_of(*answer++);
  if (!run.own_tables_seen) return;
  state.in_flight = first_column(*answer++);
  const auto environments = first_column(*answer);
  if (!environments.empty()) state.environment = environments.front();
}

migrations::ScriptSet read_now(DatabaseRun& run, migrations::SetRules rules) {
  rules.placeholders = placeholder_rules(run);
  return migrations::read_script_set(run.context.settings.locations, std::filesystem::current_path(), rules);
}

}  // namespace

DatabaseState read_database_state(DatabaseRun& run) {
  DatabaseState state;
  state.schemas = managed_schemas(run);
  // One snapshot: a history table that another runner makes between two questions would leave a schema with
  // objects and no history.
  fill_state(state, run);
  if (Lease* lease = run.database.lease())
    lease->note_history(state.rows.empty() ? -1 : state.rows.back().installed_rank);
  return state;
}

migrations::PlaceholderRules placeholder_rules(DatabaseRun& run) {
  const Settings& settings = run.context.settings;
  migrations::PlaceholderRules rules = set_rules(settings).placeholders;
  Session& session = run.session();
  std::string timestamp = format_utc(run.context.report.started);  // 2026-01-31T12:00:00Z
  timestamp[10] = ' ';
  timestamp.pop_back();
  rules.values["flyway:defaultschema"] = run.history.schema;
  rules.values["flyway:user"] = session.user();
  rules.values["flyway:database"] = session.database();
  rules.values["flyway:timestamp"] = timestamp;
  rules.values["flyway:workingdirectory"] = std::filesystem::current_path().string();
  rules.values["flyway:table"] = run.history.table;
  rules.values["flyway:environment"] = settings.environment;
  return rules;
}

migrations::ScriptSet read_faulty_scripts(DatabaseRun& run) {
  return read_now(run, set_rules(run.context.settings));
}

migrations::ScriptSet read_scripts_there_are(DatabaseRun& run) {
  migrations::SetRules rules = set_rules(run.context.settings);
  rules.fail_on_missing_location = false;
  return read_now(run, std::move(rules));
}

migrations::ScriptSet read_scripts(DatabaseRun& run) {
  const Settings& settings = run.context.settings;
  ScriptsAhead* ahead = std::exchange(run.scripts_ahead, nullptr);
  migrations::ScriptSet scripts =
      ahead != nullptr ? ahead->take(placeholder_rules(run)) : read_faulty_scripts(run);
  if (scripts.diagnostics.has_errors()) {
    throw Error(ExitCode::kInvalidScripts,
                fmt::format("the scripts have {}", counted(scripts.diagnostics.error_count(), "fault")),
                "Correct them; nothing was run.")
        .with_details(to_text(scripts.diagnostics));
  }
  if (scripts.scripts.empty()) {
    throw Error(ExitCode::kNoScripts, "no migration scripts in " + join(settings.locations, ", "),
                "Check the locations and that the scripts are mounted there.");
  }
  check_digest(scripts, settings.expect_digest);
  return scripts;
}

std::unique_ptr<ProjectState> read_project_state(DatabaseRun& run) {
  auto state = std::make_unique<ProjectState>();
  state->scripts = read_scripts(run);
  refresh(*state, run);
  return state;
}

void refresh(ProjectState& state, DatabaseRun& run) {
  state.database = read_database_state(run);
  state.plan = migrations::make_plan(state.scripts, state.database.rows, plan_settings(run.context.settings));
  throw_on_plan_faults(state.plan);
}

void check_environment(const DatabaseRun& run, const DatabaseState& state) {
  const std::string& wanted = run.context.settings.environment;
  if (!state.environment || wanted.empty() || *state.environment == wanted) return;
  throw Error(
      ExitCode::kRefused,
      fmt::format("this database belongs to environment {}, the run is for {}", *state.environment, wanted),
      "Check the connection. To move the database to another environment, change the row of " +
          own_table(run.history.schema, kEnvironmentTable) + ".");
}

std::optional<std::string> current_version(const migrations::Plan& plan) {
  if (!plan.current) return std::nullopt;
  return plan.current->text();
}

}  // namespace windlass::hook
