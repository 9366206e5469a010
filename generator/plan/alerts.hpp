// The alerts on a project's Jobs, from series of kube-state-metrics that it has without any option of its
// own.
#pragma once

#include "core/project/project.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// The groups of prometheus_rule.yaml, one a database in the order of their keys: a Job failed, a Job runs for
// long, Jobs fail often, and with alerts.notRunFor nobody ran a migration since.
List alert_groups(const project::Project& project);

}  // namespace windlass::generator
