// From a project to the files of a render, checked: the whole way but the writing.
#pragma once

#include <vector>

#include "core/project/project.hpp"
#include "generator/plan/script_files.hpp"
#include "generator/plan/target.hpp"
#include "generator/render/render.hpp"
#include "generator/render/templates.hpp"

namespace windlass::generator {

// The scripts and queries of every database, in the project's order. Throws Error(kInvalidScripts) with every
// diagnostic in its details.
std::vector<DatabaseFiles> read_files(const project::Project& project);

// Reads the project's scripts, plans for the target, renders and checks the result. Throws
// Error(kInvalidScripts) or Error(kConfiguration) with every diagnostic in its details, and Error(kInternal)
// when a self-check fires: then the fault is in a template or in windlass.
Rendered make_manifests(const project::Project& project, const Templates& templates, const Target& target);

}  // namespace windlass::generator
