// charts/windlass/observability.yaml as the build put it into the program.
#pragma once

#include <span>
#include <string_view>

namespace windlass::generator {

struct EmbeddedObservability {
  std::string_view name;
  std::string_view text;
};

// The one file.
std::span<const EmbeddedObservability> embedded_observability();

}  // namespace windlass::generator
