// What a project may say by itself but cannot be rendered with.
#pragma once

#include "core/base/diagnostic.hpp"
#include "core/project/project.hpp"

namespace windlass::generator {

// No connection, a label that would put hook pods behind the application's Service, a label, annotation or
// variable that is ours to set, a Job that is gone before anybody looks, root: all of them errors.
Diagnostics project_faults(const project::Project& project);

}  // namespace windlass::generator
