// A change that a project wants of the objects that are rendered for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/project/data.hpp"

namespace windlass::project {

// Which objects: whatever of it is given must hold.
struct PatchTarget {
  std::string kind;
  std::string name;   // '*' stands for any text; of a Job without the digits that end its name, or with them
  std::string phase;  // "backup", "migrate", "verify", "contract" or "rollback"
  std::string database;
  Position place;
};

// One operation of a JSON patch (RFC 6902).
struct JsonOperation {
  std::string op, path, from;
  std::optional<Data> value;
  Position place;
};

// Either a strategic merge patch or a JSON patch.
struct Patch {
  std::string name;
  PatchTarget target;
  std::optional<Data> merge;
  std::vector<JsonOperation> json;
  Position place;
};

}  // namespace windlass::project
