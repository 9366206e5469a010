#include "generator/check/object.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "core/contract/labels.hpp"

namespace windlass::generator {

std::string_view kind_of(const Manifest& object) { return text_at(object.tree, {"kind"}); }
std::string_view name_of(const Manifest& object) { return text_at(object.tree, {"metadata", "name"}); }

std::string_view annotation(const Manifest& object, std::string_view key) {
  return text_at(object.tree, {"metadata", "annotations", key});
}

std::string_view label(const Manifest& object, std::string_view key) {
  return text_at(object.tree, {"metadata", "labels", key});
}

bool is_hook(const Manifest& object) {
  return object.tree.find({"metadata", "annotations", kHookAnnotation}) != nullptr;
}

std::vector<std::string> annotation_values(const Manifest& object, std::string_view key) {
  std::vector<std::string> values;
  for (const auto& value : split(annotation(object, key), ',')) values.emplace_back(trim(value));
  return values;
}

std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

SyncPlace sync_place(const Manifest& object) {
  const auto hook = annotation(object, kHookAnnotation);
  const int phase = hook == "PreSync" ? -1 : hook == "PostSync" ? 1 : 0;
  return {phase, whole_number(annotation(object, kWaveAnnotation)).value_or(0)};
}

const Tree* job_spec(const Manifest& object) {
  if (kind_of(object) == "Job") return object.tree.find({"spec"});
  if (kind_of(object) == "CronJob") return object.tree.find({"spec", "jobTemplate", "spec"});
  return nullptr;
}

const Tree* pod_template(const Manifest& object) {
  const Tree* spec = job_spec(object);
  return spec == nullptr ? nullptr : spec->find({"template"});
}

std::vector<const Tree*> containers_of(const Tree& pod_template) {
  std::vector<const Tree*> containers;
  for (const auto key : {"initContainers", "containers"}) {
    for (const auto& container : list_at(pod_template, {"spec", key})) containers.push_back(&container);
  }
  return containers;
}

std::vector<Reference> references_of(const Tree& pod_template) {
  std::vector<Reference> references;
  references.push_back(
      {"ServiceAccount", std::string(text_at(pod_template, {"spec", "serviceAccountName"}))});
  for (const auto& volume : list_at(pod_template, {"spec", "volumes"})) {
    for (const auto& source : list_at(volume, {"projected", "sources"})) {
      if (source.find({"configMap"}) != nullptr)
        references.push_back({"ConfigMap", std::string(text_at(source, {"configMap", "name"}))});
    }
    const auto map = text_at(volume, {"configMap", "name"});
    if (!map.empty() && text_at(volume, {"name"}) != contract::kAuthoritiesVolume)
      references.push_back({"ConfigMap", std::string(map)});
    const auto csi = text_at(volume, {"csi", "volumeAttributes", "secretProviderClass"});
    if (!csi.empty()) references.push_back({"SecretProviderClass", std::string(csi)});
  }
  return references;
}

const Manifest* find_object(const std::vector<Manifest>& objects, const Reference& reference) {
  for (const auto& object : objects) {
    if (kind_of(object) == reference.kind && name_of(object) == reference.name) return &object;
  }
  return nullptr;
}

bool is_brought(const std::vector<Manifest>& objects, const Reference& reference) {
  if (reference.kind == "SecretProviderClass") return true;
  if (reference.kind == "ConfigMap" && !objects.empty()) {
    const auto project = label(objects.front(), contract::kPartOfLabel);
    return !project.empty() && !reference.name.starts_with(fmt::format("{}-", project));
  }
  return reference.kind == "ServiceAccount" &&
         std::none_of(objects.begin(), objects.end(),
                      [](const Manifest& object) { return kind_of(object) == "ServiceAccount"; });
}

bool is_hook_container(const Tree& container) {
  return is(container, {"command"}, List{contract::kHookProgram});
}

bool is(const Tree& tree, std::initializer_list<std::string_view> path, const Tree& value) {
  const Tree* found = tree.find(path);
  return found != nullptr && *found == value;
}

}  // namespace windlass::generator
