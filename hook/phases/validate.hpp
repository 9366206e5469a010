// Compares the scripts with the history table, as Flyway's validate does; changes nothing and takes no lock.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// Throws Error(kInvalidScripts) with every fault. What is pending is one, unless ignore-migration-patterns
// says so.
void run_validate(PhaseContext& context);

}  // namespace windlass::hook
