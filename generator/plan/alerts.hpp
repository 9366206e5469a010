// The alerts on a project's Jobs, from series of kube-state-metrics that it has without any option of its
// own.
#pragma once

#include "core/project/project.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// The groups of prometheus_rule.yaml, one a database: a Job failed, a Job runs for long, Jobs fail often, and
// with alerts.notRunFor nobody ran a migration since. Jobs are found by namespace and name, because
// kube-state-metrics shows labels only when it is told so. Rollbacks are left out: a person started them.
List alert_groups(const project::Project& project);

}  // namespace windlass::generator
