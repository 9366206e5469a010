// What a run over many tenants comes to: its exit code and its sentence.
#pragma once

#include <string>
#include <vector>

#include "hook/report/report.hpp"

namespace windlass::hook {

// A code that Kubernetes repeats when some tenant has one, so that another pod comes for it; else the
// gravest: partly applied, a failed script, the first of the rest. kDone when no tenant failed.
ExitCode outcome_of(const std::vector<TenantRow>& tenants);

// "8 tenants: 5 applied, 2 up to date, 1 failed": states in the order in which they first come.
std::string count_tenants(const std::vector<TenantRow>& tenants);

// "t17: V2__x.sql failed; t18: ...": at most ten tenants that failed, each message cut to 200 bytes.
std::string name_failures(const std::vector<TenantRow>& tenants);

}  // namespace windlass::hook
