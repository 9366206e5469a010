// Holds a parsed document against the key table: names, shapes and formats, every fault with its place.
#pragma once

#include <string>

#include "core/base/diagnostic.hpp"
#include "core/project/document.hpp"
#include "core/project/value.hpp"

namespace windlass::project {

// The document as values under canonical keys. Adds to `diagnostics` every unknown or duplicate key, every
// value of a wrong type or format, and every environment that overlays nothing. A faulty value is in the
// result, marked.
Value check_document(const Node& root, const Source& source, Diagnostics& diagnostics);

// Adds the required keys that a config, with an environment's overlay or without, lacks.
void check_complete(const Value& root, const Source& source, Diagnostics& diagnostics);

// Whether YAML 1.1 readers take the plain scalar for a boolean: true, yes, on, y and their opposites.
bool reads_as_boolean(const std::string& plain);

// How a message names what stands where something else was wanted: a list, a map, nothing, "text".
std::string described(const Node& node);

}  // namespace windlass::project
