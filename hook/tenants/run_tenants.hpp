// Runs one phase for each tenant of a shard; one that fails does not stop the others.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// Fills report.tenants. Each tenant has its own connection, lock, run record and time limit
// (docs/tenants.md). Throws Error(kUsage) for a phase that does not go through tenants, as tenants_of does
// for a bad list, and with the code of outcome_of() when a tenant failed. A server that cannot be reached, a
// stop request and the end of the deadline leave the rest for the next run.
void run_tenants(PhaseContext& context, void (*phase)(PhaseContext&));

// Runs the phase for the one that the setting `tenant` names.
void run_one_tenant(PhaseContext& context, void (*phase)(PhaseContext&));

}  // namespace windlass::hook
