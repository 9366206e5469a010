// The rules between keys: what each value alone cannot show to be impossible.
#pragma once

#include "core/base/diagnostic.hpp"
#include "core/project/document.hpp"
#include "core/project/value.hpp"

namespace windlass::project {

// Adds what contradicts itself in a whole config: overlay merged, defaults filled in.
void check_rules(const Value& root, const Source& source, Diagnostics& diagnostics);

// Adds what works but will surprise. Called for the environment that was asked for only.
void check_surprises(const Value& root, const Source& source, Diagnostics& diagnostics);

}  // namespace windlass::project
