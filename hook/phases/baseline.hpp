// Marks an existing database as being at a version, so that only later scripts run.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// As Flyway's baseline (section 4.8): creates the history table with the baseline row; does nothing when the
// same row is there. Throws Error(kRefused) when the history holds anything else.
void run_baseline(PhaseContext& context);

}  // namespace windlass::hook
