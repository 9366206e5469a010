// The chart of a project: charts/windlass with the project's values and scripts in it.
#pragma once

#include <vector>

#include "core/project/project.hpp"
#include "generator/render/render.hpp"

namespace windlass::generator {

// The files of the chart: what of charts/windlass Helm reads, values.yaml, the scripts below files/, and the
// list of them all. `rendered` is of the target helm.
std::vector<Manifest> make_chart(const Rendered& rendered, const project::Project& project);

}  // namespace windlass::generator
