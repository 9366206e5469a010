// Every key that windlass.yaml knows, once: the loader, the JSON Schema and docs/config.md are made from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/project/format.hpp"

namespace windlass::project {

enum class Shape {
  kValue,     // a scalar of `format`
  kList,      // of scalars of `format`
  kMap,       // names of format `names`, each with a scalar of `format`
  kSection,   // fixed keys: the rows below this path
  kSections,  // names of format `names`, each with a section: the rows below "path.*"
  kItems,     // a list of sections: the rows below "path.[]"
  kData,      // anything below a map, as Kubernetes takes it
  kAnyData,   // the same, and a list, a scalar or nothing
  kOverlays,  // names, each with any of spec's keys that may differ between environments
};

enum class Needed { kOptional, kRequired };
enum class Overlay { kNo, kYes };

struct Key {
  std::string path;  // canonical keys, dots between: "spec.databases.*.name"
  Shape shape = Shape::kValue;
  Format format = Format::kText;
  std::string_view fallback = {};  // the default as it would be written, lists comma-separated; empty: none
  std::string help = {};           // one sentence
  std::vector<std::string_view> allowed = {};  // of kChoice
  std::vector<std::string_view> planned = {};  // choices that a later release will know
  Format names = Format::kWord;
  Needed needed = Needed::kOptional;
  std::int64_t low = 0, high = 0;  // of kNumber
  std::string_view setting = {};   // the row of core/contract/settings that the value goes to
  Overlay overlay = Overlay::kNo;  // whether an environment may hold it

  std::string_view name() const;  // the last part of the path
};

// Every key, parents before children, in the order of the reference.
const std::vector<Key>& key_table();

// The keys directly below `path` (empty: the top level), in table order. Below an environment stand the keys
// of spec that an overlay may hold.
const std::vector<const Key*>& keys_below(const std::string& path);

// "lockTimeout" -> "lock_timeout": the other spelling in which every key is accepted.
std::string snake_case(std::string_view key);

}  // namespace windlass::project
