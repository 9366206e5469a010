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

// Reads the project's scripts, plans for the target, renders, applies the project's patches and checks the
// result. Throws Error(kInvalidScripts) or Error(kConfiguration) with every diagnostic in its details, also
// when a self-check fires on what a template or a patch has changed, and Error(kInternal) when one fires on
// our own: then the fault is in windlass.
Rendered make_manifests(const project::Project& project, const Templates& templates, const Target& target);

}  // namespace windlass::generator
