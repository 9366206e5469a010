// Waits until the database is at least at the version or digest that the application needs.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// Asks once a second for up to guard-wait. A database that is ahead is fine: an expand comes before the
// rollout. Needs SELECT on the history table (and on the runs table for a digest), nothing else, and no
// Kubernetes rights. Throws Error(kTransient) when the wait is over, kUsage when neither expect-version nor
// expect-digest is given.
void run_guard(PhaseContext& context);

}  // namespace windlass::hook
