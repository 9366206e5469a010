// A config after its check: canonical keys, places kept, so that overlays, defaults and rules are tree work.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/project/document.hpp"

namespace windlass::project {

struct Value {
  NodeKind kind = NodeKind::kScalar;
  bool given = false;      // written in the file; false: a default, or a section that only holds defaults
  bool faulty = false;     // a fault of it has been reported; rules leave it alone
  bool plain = false;      // of free data: a scalar without quotes
  std::size_t offset = 0;  // of the value in the file, when given
  std::size_t length = 1;
  std::string text = {};                                    // of a scalar
  std::vector<Value> items = {};                            // of a list
  std::vector<std::pair<std::string, Value>> members = {};  // of a section or map, in the file's order

  // Null when there is none.
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
};

// The member at a dotted path of canonical keys below `root`. Asserts that it is there: after fill_defaults
// every section is, and every value that has a default.
const Value& value_at(const Value& root, std::string_view path);

// `base` with the overlay's values: maps are merged by key, lists and scalars replace.
Value merged(Value base, const Value& overlay);

// Adds every section that is missing below the section at `path` of the key table, and every default.
void fill_defaults(Value& section, const std::string& path);

}  // namespace windlass::project
