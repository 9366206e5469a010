// JSON patches (RFC 6902) of an object.
#pragma once

#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/project/patch.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// `object` with the operations done in their order. Adds an error with the place of the first that cannot be
// done: what it names is not there, or a test finds something else; the result is not to be used then.
Tree json_patch(const Tree& object, const std::vector<project::JsonOperation>& operations,
                Diagnostics& diagnostics);

}  // namespace windlass::generator
