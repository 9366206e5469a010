// What must be there before the first row: schemas, the history table, Windlass's own tables.
#pragma once

#include <optional>

#include "hook/database/history_table.hpp"
#include "hook/phases/database_run.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {

// The row that baseline-version and baseline-description ask for. Throws Error(kConfiguration) when the
// version is none.
NewHistoryRow baseline_row(const Settings& settings);

// Creates what `state` misses. The schemas, the history table, `baseline` and Flyway's row about the schemas
// commit together, so that a killed run leaves all of them or none. Opens the run record and records the
// environment. Call under the lock.
void lay_groundwork(DatabaseRun& run, const DatabaseState& state,
                    const std::optional<NewHistoryRow>& baseline);

}  // namespace windlass::hook
