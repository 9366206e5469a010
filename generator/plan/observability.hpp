// What is asked and said of a project's Jobs, from series of kube-state-metrics that it has without any
// option of its own: charts/windlass/observability.yaml, filled in as the chart's templates fill it in.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "core/project/project.hpp"

namespace windlass::generator {

// The file's members for one database, with the project's values in place of each ${...} that is one of its
// own; others stay.
nlohmann::json observability(const project::Project& project, const project::Database& database);

// The databases as a chart orders them, by key; never null.
std::vector<const project::Database*> databases_by_key(const project::Project& project);

}  // namespace windlass::generator
