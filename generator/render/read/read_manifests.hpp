// Reads Kubernetes manifests as kubectl and Argo CD read them: YAML documents as JSON values.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"

namespace windlass::generator {

// The documents of `text` in their order; empty ones are left out, and a List stands as its items. Plain
// scalars get the types that Kubernetes' YAML reader gives them (yes and on are booleans). `file` names the
// text in errors. Throws Error(kConfiguration) with file:line:col when it does not parse, a document is no
// mapping, or aliases blow it up.
std::vector<nlohmann::json> read_manifests(std::string_view text, const std::string& file);

// A document, and where its parts stand.
struct PlacedManifest {
  nlohmann::json body;
  std::map<std::string, Position> places;  // by JSON pointer: a key, a list's item; "" is the document
};

// The same, with places: an item of a List is placed as if it were a document.
std::vector<PlacedManifest> read_placed_manifests(std::string_view text, const std::string& file);

}  // namespace windlass::generator
