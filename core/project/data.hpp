// Free data in a config, such as a part of a Kubernetes object: any shape, each value with its place.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/project/document.hpp"
#include "core/project/value.hpp"

namespace windlass::project {

struct Data {
  NodeKind kind = NodeKind::kNull;
  std::string text = {};  // of a scalar
  bool plain = false;     // without quotes: true, false and whole numbers are no texts then
  Position place = {};
  std::vector<Data> items = {};                            // of a list
  std::vector<std::pair<std::string, Data>> members = {};  // of a map, in the file's order
};

// The node as a value. Adds to `diagnostics` what readers of YAML 1.1 and 1.2 take for different things or
// Kubernetes has no type for: a plain yes or 0444, a number with a fraction, a key that stands twice. `shown`
// is what the user reads as its path.
Value check_data(const Node& node, const std::string& shown, const Source& source, Diagnostics& diagnostics);

// A value that check_data found no fault in.
Data data_of(const Value& value, const Source& source);

}  // namespace windlass::project
