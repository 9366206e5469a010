// The environment that Kubernetes would give a container.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "generator/rehearse/objects.hpp"

namespace windlass::generator {

// What the downward API tells a container about its pod.
struct PodFacts {
  std::string name;
  std::string namespace_name;
  std::string service_account;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
};

// In order of definition, each name once.
using Environment = std::vector<std::pair<std::string, std::string>>;

// envFrom, then env (value, secretKeyRef, configMapKeyRef, fieldRef), with $(NAME) of what stands before
// replaced in values, as the kubelet does. Throws Error(kConfiguration) in the kubelet's words (secret "x"
// not found) where a container could not be created, and for a source that a rehearsal does not have.
Environment container_environment(const nlohmann::json& container, const Objects& objects,
                                  const PodFacts& pod);

// Replaces $(NAME) by the variable's value; $$ is a dollar sign; a name that is not known stays as it is
// (Kubernetes, third_party/forked/golang/expansion).
std::string expand_references(std::string_view text, const Environment& environment);

// The value of a variable, null when it is not set.
const std::string* find_variable(const Environment& environment, std::string_view name);
// Adds the variable or replaces its value in place.
void set_variable(Environment& environment, const std::string& name, std::string value);

// The texts of a list; empty when the member is missing. The kubelet takes texts only, and so do we:
// Error(kConfiguration) for anything else.
std::vector<std::string> texts_at(const nlohmann::json& object, const char* key);
// The text at `key`; `fallback` when it is missing.
std::string text_or(const nlohmann::json& object, const char* key, const std::string& fallback);
// The items of the list at `key`; an empty list when it is missing.
const nlohmann::json& items_at(const nlohmann::json& object, const char* key);

}  // namespace windlass::generator
