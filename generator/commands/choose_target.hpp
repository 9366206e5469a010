// Finds the target that --target and --mode name.
#pragma once

#include <string>

#include "generator/plan/target.hpp"

namespace windlass::generator {

// Throws Error(kUsage) with every target there is when these are none. An empty mode is the target's first.
const Target& choose_target(const std::string& name, const std::string& mode);

}  // namespace windlass::generator
