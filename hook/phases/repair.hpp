// Brings the history table in line with the scripts, and settles what only a person can know.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// As Flyway's repair (section 4.9), under the lock: removes failed rows, marks missing scripts as deleted,
// aligns checksums, descriptions and types. Unlike Flyway it throws Error(kRefused) for an applied script
// whose text has changed, unless it is proven to be the same statements or `confirm` names it. With
// confirm=applied:SCRIPT or not-applied:SCRIPT it settles the statement of that script that was in flight
// when a run was killed, and does nothing else.
void run_repair(PhaseContext& context);

}  // namespace windlass::hook
