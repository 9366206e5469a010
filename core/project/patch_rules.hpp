// What must hold between the keys of one patch.
#pragma once

#include "core/base/diagnostic.hpp"
#include "core/project/document.hpp"
#include "core/project/value.hpp"

namespace windlass::project {

// Adds an error at the key at fault: a patch that is both kinds or none, an operation without the value or
// the place that RFC 6902 wants of it, a database that the project has not. `spec` is checked and complete.
void check_patch_rules(const Value& spec, const Source& source, Diagnostics& diagnostics);

}  // namespace windlass::project
