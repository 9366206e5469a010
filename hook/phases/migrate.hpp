// Applies what is pending: versioned scripts ascending, then repeatable ones, each with its history row.
#pragma once

#include "hook/phases/database_run.hpp"

namespace windlass::hook {

// Reads the state, decides, takes the lock, reads and decides again, creates what is missing, runs. With
// dry-run it stops after the first decision, in a session that cannot write. defer-contract leaves out what
// docs/expand-contract.md says. Throws Error with the exit codes
// of core/contract; docs/run-records.md says what is recorded.
void run_migrate(PhaseContext& context);
// The same for the scripts that are marked contract. Throws Error(kRefused) while a version that is not is
// pending.
void run_contract(PhaseContext& context);
// The same for the scripts alone that an earlier run has begun, wherever the target lies: for resume.
void resume_migration(DatabaseRun& run);

}  // namespace windlass::hook
