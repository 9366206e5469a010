// The files of charts/windlass as the build put them into the program.
#pragma once

#include <span>
#include <string_view>

namespace windlass::generator {

struct EmbeddedChartFile {
  std::string_view path;  // below the chart: "templates/migrate.yaml"
  std::string_view text;
};

// By path, without values.yaml.
std::span<const EmbeddedChartFile> embedded_chart();

}  // namespace windlass::generator
