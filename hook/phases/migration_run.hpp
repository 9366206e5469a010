// What migrate and rollback share: an executor for this run, and scripts made ready with all their faults at
// once.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "hook/database/undo_scripts.hpp"
#include "hook/execute/batch.hpp"
#include "hook/execute/executor.hpp"
#include "hook/phases/database_run.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {

Executor make_executor(DatabaseRun& run);

// What the plan is to run, in its order. Throws Error(kInvalidScripts) with every diagnostic of every script,
// those of their undo scripts among them: a stored undo script that cannot run is no way back. Throws
// Error(kTransient) when a file is not what the set was read from, and as SessionNeeds::refuse behind a
// pooler in transaction mode. No more than half a MiB is held: scripts behind them are let go.
std::vector<migrations::PreparedScript> prepare_migration(DatabaseRun& run, const ProjectState& state);
// One that was let go.
migrations::PreparedScript prepare_again(DatabaseRun& run, const migrations::Script& script);
// A stored undo script, whose placeholders were replaced when it was stored.
migrations::Preparation prepare_stored(const UndoScript& undo, int server_major);
// The undo script of a versioned script; null when it has none.
const migrations::Script* undo_of(const migrations::ScriptSet& scripts, const migrations::Script& script);
// The history row that records the script as applied.
NewHistoryRow row_of_applied(const migrations::Script& script, const Settings& settings);
// What shares that row's transaction, one statement each: the undo script is stored.
std::vector<std::string> beside_row_of(DatabaseRun& run, const migrations::ScriptSet& scripts,
                                       const migrations::Script& script);
// The row of type DELETE that records `row`'s script as undone, which every edition of Flyway reads.
NewHistoryRow row_of_undone(const migrations::HistoryRow& row, const Settings& settings);
// The same, as statements, for every repeatable script that is applied: an undo script may have dropped what
// one made (a view of the table that goes), and the next migrate must make it again although its text is the
// same.
std::vector<std::string> repeatables_again(DatabaseRun& run, const migrations::Plan& plan);

// The placeholders of the run as the script's own .conf has them.
migrations::PlaceholderRules rules_for(const migrations::Script& script, migrations::PlaceholderRules rules);

// Runs one job and adds it to the report when it is applied; names it there when it failed.
void run_job(DatabaseRun& run, Executor& executor, const ScriptJob& job);
// The same for jobs that may travel together, with `applied` told of each by its index. Returns how many are
// applied, at least one; the rest has not begun.
std::size_t run_jobs(DatabaseRun& run, Executor& executor, std::span<const ScriptJob> jobs,
                     const std::function<void(std::size_t)>& applied);

// Throws when a stop was asked for or the deadline has passed, before `next` is begun.
void check_may_go_on(const DatabaseRun& run, const std::string& next);

}  // namespace windlass::hook
