// What `info --tenants` says of one tenant.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// Connects and fills `row` with version, pending scripts, state and last failure. Throws as info does.
void read_tenant_state(PhaseContext& context, TenantRow& row);

}  // namespace windlass::hook
