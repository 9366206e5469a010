// Turns a checked config into a Project.
#pragma once

#include <string>

#include "core/project/document.hpp"
#include "core/project/project.hpp"
#include "core/project/value.hpp"

namespace windlass::project {

// The project that `root` describes: checked without faults, overlay merged, defaults filled in. `source`
// says where its values stand. The environment and the file's name are the caller's to set.
Project build_project(const Value& root, const Source& source);

}  // namespace windlass::project
