// The chart's values that make Helm render the objects of a plan.
#pragma once

#include <string>
#include <vector>

#include "core/project/project.hpp"
#include "generator/render/render.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// A file that the values name, with its bytes as they are to lie in the chart.
struct ChartFile {
  std::string path;  // "files/storefront-sql-0/sql_V1__create_orders.sql"
  std::string bytes;
};

struct ChartValues {
  Members values;
  std::vector<ChartFile> files;
};

// Read off the rendered objects, so that whatever is rendered arrives: what every pod shares stands once at
// the top, the rest with its database. Kinds that the chart has no template for become supportObjects or
// releaseObjects.
ChartValues chart_values(const Rendered& rendered, const project::Project& project);

}  // namespace windlass::generator
