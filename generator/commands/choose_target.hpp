// Finds the target that --target and --mode name.
#pragma once

#include <iosfwd>
#include <string>

#include "core/project/project.hpp"
#include "generator/plan/target.hpp"

namespace windlass::generator {

// Throws Error(kUsage) with every target there is when these are none. An empty mode is the target's first.
const Target& choose_target(const std::string& name, const std::string& mode);

// The same for this project: where Argo CD promotes it, an empty mode of argocd is the one in which a failed
// verify counts, and `err` is warned of any other.
const Target& choose_target(const std::string& name, const std::string& mode, const project::Project& project,
                            std::ostream& err);

}  // namespace windlass::generator
