// Turns a checked config into a Project.
#pragma once

#include <string>

#include "core/project/project.hpp"
#include "core/project/value.hpp"

namespace windlass::project {

// The project that `root` describes: checked without faults, overlay merged, defaults filled in. The
// environment and the file's name are the caller's to set.
Project build_project(const Value& root);

}  // namespace windlass::project
