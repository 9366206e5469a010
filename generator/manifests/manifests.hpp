// From a project and its scripts to the files of a render, checked: the whole way but reading and writing.
#pragma once

#include <vector>

#include "core/project/project.hpp"
#include "generator/plan/script_files.hpp"
#include "generator/plan/target.hpp"
#include "generator/render/render.hpp"
#include "generator/render/templates.hpp"

namespace windlass::generator {

// Plans for the target, renders, applies the project's patches and checks the result. `files` are those of
// read_files (project_files.hpp). Throws Error(kConfiguration) with every diagnostic in its details, also
// when a self-check fires on what a template or a patch has changed, and Error(kInternal) when one fires on
// our own: then the fault is in windlass.
Rendered make_manifests(const project::Project& project, const std::vector<DatabaseFiles>& files,
                        const Templates& templates, const Target& target);

}  // namespace windlass::generator
