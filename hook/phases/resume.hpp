// Goes on with the script that an interrupted run left partly applied.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// As migrate, or rollback for an undo script, but for that script alone. Throws Error: kRefused when nothing
// is partly applied, kPartlyApplied when its script is gone, or when only a person can know how its statement
// ended (inspect says how to find out), and those of the executor.
void run_resume(PhaseContext& context);

}  // namespace windlass::hook
