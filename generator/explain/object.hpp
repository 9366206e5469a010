// A Kubernetes object of the manifests that are explained, with the places of its parts.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"

namespace windlass::generator::explain {

struct Object {
  nlohmann::json body;
  std::map<std::string, Position> places;  // by JSON pointer
  std::string group;                       // of apiVersion: "batch"; empty for v1
  std::string kind;
  std::string space;  // metadata.namespace, may be empty
  std::string name;   // or metadata.generateName
  bool generated = false;

  // "Job/migrate"; "Job/migrate-*" when the cluster makes up the rest of the name.
  std::string label() const { return kind + "/" + name + (generated ? "*" : ""); }
};

// The manifests that are explained, and the lines of their files for messages.
struct Input {
  std::vector<Object> objects;
  std::map<std::string, std::vector<std::string>> lines;  // by file
};

using Index = std::size_t;  // of an object in Input::objects

// "/metadata/annotations/NAME", escaped.
std::string annotation_pointer(std::string_view name);

// The value at a JSON pointer; null when there is none.
const nlohmann::json* find(const nlohmann::json& body, const std::string& pointer);
// The text there, empty when there is no text.
std::string text_at(const nlohmann::json& body, const std::string& pointer);
std::optional<std::int64_t> number_at(const nlohmann::json& body, const std::string& pointer);
// Whether the value there is true.
bool is_true(const nlohmann::json& body, const std::string& pointer);
// The items of the list there; none when there is no list.
std::vector<nlohmann::json> items_at(const nlohmann::json& body, const std::string& pointer);

// An annotation as text; a number or boolean that was not quoted stands as it was written, as far as YAML
// tells. Nothing when there is none.
std::optional<std::string> annotation(const nlohmann::json& body, std::string_view name);
// The values of an annotation, split at commas and trimmed, without empty ones.
std::vector<std::string> annotation_values(const nlohmann::json& body, std::string_view name);
// Whether an annotation of options has this one: "ServerSideApply=true".
bool has_option(const nlohmann::json& body, std::string_view annotation_name, std::string_view option);

// The place of the part at the pointer, or of the nearest part around it.
Position place_of(const Object& object, std::string pointer);

// Whether a name ends in what changes with its content: a hash or a version of five signs or more with a
// digit in it.
bool has_changing_suffix(const std::string& name);

}  // namespace windlass::generator::explain
