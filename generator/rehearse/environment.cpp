#include "generator/rehearse/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/error.hpp"

namespace windlass::generator {
namespace {

using nlohmann::json;

bool is_optional(const json& reference) { return reference.value("optional", false); }

const Objects::Data* source_data(const Objects& objects, const json& reference, const char* kind) {
  const auto name = text_or(reference, "name", "");
  const bool is_secret = std::string_view(kind) == "secret";
  const auto* data = is_secret ? objects.secret(name) : objects.config_map(name);
  if (data == nullptr && !is_optional(reference)) {
    throw Error(
        ExitCode::kConfiguration, fmt::format("{} \"{}\" not found", kind, name),
        fmt::format("A cluster would let the pod wait for it. Put the {} that exists beforehand into the "
                    "project's outside/ folder.",
                    is_secret ? "Secret" : "ConfigMap"));
  }
  return data;
}

std::optional<std::string> key_value(const Objects& objects, const json& reference, const char* kind) {
  const auto* data = source_data(objects, reference, kind);
  if (data == nullptr) return std::nullopt;
  const auto key = text_or(reference, "key", "");
  const auto found = data->find(key);
  if (found != data->end()) return found->second;
  if (is_optional(reference)) return std::nullopt;
  throw Error(ExitCode::kConfiguration,
              fmt::format("couldn't find key {} in {} \"{}\"", key, kind, text_or(reference, "name", "")));
}

std::optional<std::string> subscript(const std::string& path, std::string_view field) {
  if (!path.starts_with(field) || path.size() < field.size() + 4) return std::nullopt;
  return path.substr(field.size() + 2, path.size() - field.size() - 4);  // ['name']
}

std::string field_value(const std::string& path, const PodFacts& pod) {
  const auto value_in = [](const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::string() : found->second;
  };
  if (path == "metadata.name") return pod.name;
  if (path == "metadata.namespace") return pod.namespace_name;
  if (path == "metadata.uid") return "00000000-0000-0000-0000-000000000000";
  if (path == "spec.nodeName") return "rehearsal";
  if (path == "spec.serviceAccountName") return pod.service_account;
  if (path == "status.podIP" || path == "status.hostIP") return "127.0.0.1";
  if (const auto label = subscript(path, "metadata.labels")) return value_in(pod.labels, *label);
  if (const auto name = subscript(path, "metadata.annotations")) return value_in(pod.annotations, *name);
  throw Error(ExitCode::kConfiguration, fmt::format("fieldRef {} is not known to a rehearsal", path));
}

std::optional<std::string> value_from(const json& source, const Objects& objects, const PodFacts& pod,
                                      const std::string& name) {
  if (const auto found = source.find("secretKeyRef"); found != source.end())
    return key_value(objects, *found, "secret");
  if (const auto found = source.find("configMapKeyRef"); found != source.end()) {
    return key_value(objects, *found, "configmap");
  }
  if (const auto found = source.find("fieldRef"); found != source.end()) {
    return field_value(text_or(*found, "fieldPath", ""), pod);
  }
  throw Error(ExitCode::kConfiguration,
              fmt::format("the source of the variable {} is not known to a rehearsal", name));
}

void add_all(const json& source, const Objects& objects, Environment& environment) {
  const auto prefix = text_or(source, "prefix", "");
  for (const char* kind : {"configMap", "secret"}) {
    const auto found = source.find(std::string(kind) + "Ref");
    if (found == source.end()) continue;
    const auto* data =
        source_data(objects, *found, std::string_view(kind) == "secret" ? "secret" : "configmap");
    if (data == nullptr) continue;
    for (const auto& [key, value] : *data) set_variable(environment, prefix + key, value);
  }
}

}  // namespace

Environment container_environment(const json& container, const Objects& objects, const PodFacts& pod) {
  Environment environment;
  for (const auto& source : items_at(container, "envFrom")) add_all(source, objects, environment);
  for (const auto& entry : items_at(container, "env")) {
    const auto name = text_or(entry, "name", "");
    if (const auto from = entry.find("valueFrom"); from != entry.end()) {
      if (auto value = value_from(*from, objects, pod, name))
        set_variable(environment, name, std::move(*value));
    } else {
      set_variable(environment, name, expand_references(text_or(entry, "value", ""), environment));
    }
  }
  return environment;
}

std::string expand_references(std::string_view text, const Environment& environment) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    const auto close = text[at] == '$' && next == '(' ? text.find(')', at) : std::string_view::npos;
    if (text[at] == '$' && next == '$') {
      result += '$';
      ++at;
    } else if (close != std::string_view::npos) {
      const auto* value = find_variable(environment, text.substr(at + 2, close - at - 2));
      result += value != nullptr ? *value : text.substr(at, close - at + 1);
      at = close;
    } else {
      result += text[at];
    }
  }
  return result;
}

const std::string* find_variable(const Environment& environment, std::string_view name) {
  const auto found = std::find_if(environment.begin(), environment.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  return found == environment.end() ? nullptr : &found->second;
}

void set_variable(Environment& environment, const std::string& name, std::string value) {
  const auto found = std::find_if(environment.begin(), environment.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  if (found != environment.end()) {
    found->second = std::move(value);
  } else {
    environment.emplace_back(name, std::move(value));
  }
}

std::vector<std::string> texts_at(const json& object, const char* key) {
  std::vector<std::string> texts;
  for (const auto& item : items_at(object, key)) {
    if (!item.is_string()) {
      throw Error(ExitCode::kConfiguration, fmt::format("{} holds {}, which is no text", key, item.dump()),
                  "Quote it.");
    }
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::string text_or(const json& object, const char* key, const std::string& fallback) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return fallback;
  if (found->is_string()) return found->get<std::string>();
  throw Error(ExitCode::kConfiguration, fmt::format("{} is {}, which is no text", key, found->dump()),
              "Quote it.");
}

const json& items_at(const json& object, const char* key) {
  static const json kNone = json::array();
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return kNone;
  if (found->is_array()) return *found;
  throw Error(ExitCode::kConfiguration, fmt::format("{} is no list", key));
}

}  // namespace windlass::generator
