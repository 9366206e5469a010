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

// What the built-in templates make, which the chart's templates make as well, and what is wanted: the same
// objects in the same order, changed by templates or patches.
struct ChartObjects {
  const Rendered& built_in;
  const Rendered& wanted;
};

// Read off the objects, so that whatever is rendered arrives: what every pod shares stands once at the top,
// the rest with its database. An object that is wanted otherwise than the built-in templates make it stands
// whole in the values, and takes no other value. Kinds that the chart has no template for become
// supportObjects or releaseObjects. Throws Error(kConfiguration) when the guard is wanted with what the
// chart's helpers cannot hand on.
ChartValues chart_values(const ChartObjects& objects, const project::Project& project);

}  // namespace windlass::generator
