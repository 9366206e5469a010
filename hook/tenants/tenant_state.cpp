#include "hook/tenants/tenant_state.hpp"

#include <algorithm>
#include <optional>

#include "hook/database/run_records.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {
namespace {

// Of the last run that was to change the tenant; nothing when it ended well or still goes on.
std::optional<TenantFailure> last_failure(DatabaseRun& run) {
  constexpr int kLooked = 20;
  const auto runs = last_runs(run.session(), run.history.schema, run.history.table, kLooked);
  const auto last = std::find_if(runs.begin(), runs.end(), [](const PastRun& past) {
    return past.phase == "migrate" || past.phase == "contract";
  });
  if (last == runs.end() || last->outcome == "done" || last->outcome == "running") return std::nullopt;
  return TenantFailure{last->started_at, last->outcome, last->failed_script, last->message};
}

std::string state_of(const ProjectState& state, const TenantRow& row) {
  if (!state.database.in_flight.empty()) return "partly applied";
  if (row.last_failure) return "failed";
  if (!state.database.history_exists) return "new";
  return row.pending > 0 ? "pending" : "up to date";
}

}  // namespace

void read_tenant_state(PhaseContext& context, TenantRow& row) {
  with_database(context, Recording::kNone, [&](DatabaseRun& run) {
    const auto state = read_project_state(run);
    check_environment(run, state->database);
    row.current = current_version(state->plan);
    row.pending = state->plan.to_run.size();
    if (run.own_tables_seen) row.last_failure = last_failure(run);
    row.state = state_of(*state, row);
  });
}

}  // namespace windlass::hook
