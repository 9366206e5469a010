// The chart of a project: charts/windlass with the project's values and scripts in it.
#pragma once

#include <vector>

#include "core/project/project.hpp"
#include "generator/chart/values.hpp"
#include "generator/render/render.hpp"

namespace windlass::generator {

// The files of the chart: what of charts/windlass Helm reads, with the project's name in Chart.yaml,
// values.yaml, the scripts below files/, and the list of them all. `objects` are of the target helm. Throws
// Error(kConfiguration) as chart_values does.
std::vector<Manifest> make_chart(const ChartObjects& objects, const project::Project& project);

}  // namespace windlass::generator
