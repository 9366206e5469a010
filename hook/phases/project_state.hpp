// What is true before a phase acts: the scripts, the history, the plan that both give.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/migrations/plan.hpp"
#include "core/migrations/script_set.hpp"
#include "hook/phases/database_run.hpp"

namespace windlass::hook {

// What the database says, without the scripts.
struct DatabaseState {
  std::vector<std::string> schemas;          // managed ones, the history table's among them
  std::vector<std::string> missing_schemas;  // of these
  bool history_exists = false;
  bool schemas_empty = true;  // asked only when there is no history table
  std::vector<migrations::HistoryRow> rows;
  std::vector<std::string> in_flight;      // scripts with intents
  std::optional<std::string> environment;  // that the database says it belongs to
};

DatabaseState read_database_state(DatabaseRun& run);

// Scripts, rows and the plan that points into both.
struct ProjectState {
  DatabaseState database;
  migrations::ScriptSet scripts;
  migrations::Plan plan;
};

// Reads everything. Throws Error: kInvalidScripts with all diagnostics, kNoScripts, kConfiguration for a
// target or pattern that is wrong, kInvalidScripts when the set is not the one that expect-digest asks for.
std::unique_ptr<ProjectState> read_project_state(DatabaseRun& run);
// Reads the rows anew, under the lock, and plans again.
void refresh(ProjectState& state, DatabaseRun& run);

// The scripts alone, with the placeholders that Flyway builds in. Throws as above.
migrations::ScriptSet read_scripts(DatabaseRun& run);
// The same with the faults left in the set, for who tells of them beside other things; an empty set is one.
migrations::ScriptSet read_faulty_scripts(DatabaseRun& run);
// The same for who needs only some of them: no location has to be there.
migrations::ScriptSet read_scripts_there_are(DatabaseRun& run);
migrations::PlaceholderRules placeholder_rules(DatabaseRun& run);

// Throws Error(kRefused) when the database belongs to another environment than the one asked for: a prod job
// never runs on a dev database, nor the reverse.
void check_environment(const DatabaseRun& run, const DatabaseState& state);

// "2", or nothing when no version is applied.
std::optional<std::string> current_version(const migrations::Plan& plan);

}  // namespace windlass::hook
