// The dashboard of Grafana on a project's Jobs, from series of kube-state-metrics that it has without
// options.
#pragma once

#include <string>

#include "core/project/project.hpp"

namespace windlass::generator {

// Grafana's JSON, version 39 of its schema, with a row of panels for each database: Jobs that failed and
// nobody has cured, the time since a migration succeeded, how Jobs of a week ended, how long each took, what
// runs now. Members stand in the order of their keys, as Helm writes them.
std::string dashboard_json(const project::Project& project);

}  // namespace windlass::generator
