// What must hold between the keys of spec.delivery and those that they rest on.
#pragma once

#include "core/base/diagnostic.hpp"
#include "core/project/document.hpp"
#include "core/project/value.hpp"

namespace windlass::project {

// Adds an error at the key at fault: an image or a command that the method needs or would ignore, a
// Kubernetes without image volumes, scripts outside of the folder that an image stands for. `spec` is checked
// and complete.
void check_delivery_rules(const Value& spec, const Source& source, Diagnostics& diagnostics);

}  // namespace windlass::project
