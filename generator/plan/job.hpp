// The part of a Job that says how often, how long and after which exit codes its pod runs again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/project/project.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// The y of "1.y" or "v1.y.z"; nothing when `version` is none.
std::optional<int> kubernetes_minor(std::string_view version);

// The values of job.yaml and cron_job.yaml below spec, for a pod with these containers. Permanent failures
// (exit codes that core/contract does not retry) fail the Job at once, and their code then stands in Argo
// CD's UI; evictions do not count. podFailurePolicy needs Kubernetes 1.26 and podReplacementPolicy 1.29 (both
// beta, on by default); below kubernetes.minVersion they are left out.
//
// With `tenants` an Indexed Job, an index for each shard. From 1.29 on (backoffLimitPerIndex, beta, on by
// default) an index fails by itself, at once by FailIndex, and leaves the others running. Before, all share
// the retries, and no exit code ends the Job, because that would end the other indexes too.
Members job_values(const project::Kubernetes& kubernetes, const std::vector<std::string>& containers,
                   Tree pod, const project::Tenants* tenants = nullptr);
// What job.yaml asks for besides, of a Job that is no Indexed one.
Members single_run_values();

}  // namespace windlass::generator
