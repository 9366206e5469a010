// Checks that a migration can run here, and changes nothing.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// Fills report.checks with every check, failed or not; the first failed one gives the exit code.
void run_preflight(PhaseContext& context);

}  // namespace windlass::hook
