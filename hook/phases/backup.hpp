// Dumps the database before it is changed, reads the dump back and publishes it.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// Does nothing when nothing is pending. A backup that is less than an hour old, whole, and made of the same
// history for the same target is used again: a Job is retried, Argo CD runs every hook on every retry. With
// dry-run it says what it would do. Throws Error with the exit codes of core/contract; nothing is published
// then.
void run_backup(PhaseContext& context);

}  // namespace windlass::hook
