// Applies a project's patches to what was rendered for it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/project/project.hpp"
#include "generator/render/render.hpp"

namespace windlass::generator {

// The names of the patches that changed an object, by the object's path.
using AppliedPatches = std::map<std::string, std::vector<std::string>>;

// Changes the objects of `rendered` by every patch of the project, in the file's order. Snippets are left
// alone: people put them into manifests of their own. Throws Error(kConfiguration) with every diagnostic: a
// patch that selects no object, one that leaves all as they were, one that cannot be applied, one that takes
// an object's kind, name or namespace away from it.
AppliedPatches apply_patches(Rendered& rendered, const project::Project& project);

}  // namespace windlass::generator
