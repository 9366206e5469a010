#include "hook/phases/resume.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/phases/begun_script.hpp"
#include "hook/phases/migrate.hpp"
#include "hook/phases/project_state.hpp"
#include "hook/phases/rollback.hpp"

namespace windlass::hook {
namespace {

bool has_failed_row(const DatabaseState& state) {
  return std::any_of(state.rows.begin(), state.rows.end(), [](const auto& row) { return !row.success; });
}

Error nothing_to_resume(const DatabaseState& state) {
  if (has_failed_row(state)) {
    return Error(
        ExitCode::kPartlyApplied, "the history table holds a failed migration, which no run can go on with",
        "Put the database right, then run mark-applied if the script's work is done, else repair, then "
        "migrate.");
  }
  return Error(ExitCode::kRefused, "nothing to resume: no script is partly applied",
               "A script that runs in a transaction was rolled back when its run was cut off: run migrate.");
}

void resume(DatabaseRun& run) {
  const DatabaseState state = read_database_state(run);
  check_environment(run, state);
  if (state.in_flight.empty()) throw nothing_to_resume(state);
  const std::string& script = state.in_flight.front();
  log::info("going on with " + script);
  if (stored_undo_at(run, script)) return resume_rollback(run);
  resume_migration(run);
}

}  // namespace

void run_resume(PhaseContext& context) {
  with_database(context, Recording::kCreateTables, [](DatabaseRun& run) { resume(run); });
}

}  // namespace windlass::hook
