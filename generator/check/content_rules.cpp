#include <fmt/format.h>

#include <map>
#include <optional>

#include "core/contract/labels.hpp"
#include "generator/check/object.hpp"
#include "generator/check/rules.hpp"
#include "generator/plan/mount.hpp"
#include "generator/plan/names.hpp"

namespace windlass::generator {
namespace {

bool is_key(std::string_view key) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
  return !key.empty() && key.size() <= kKeyLimit &&
         key.find_first_not_of(kAllowed) == std::string_view::npos && key != "." && !key.starts_with("..");
}

std::size_t bytes_of(const Manifest& object) {
  std::size_t bytes = 0;
  for (const auto part : {"data", "binaryData"}) {
    const Tree* data = object.tree.find({part});
    if (data == nullptr || data->members() == nullptr) continue;
    for (const auto& member : *data->members()) {
      bytes += member.value.text() == nullptr ? 0 : member.value.text()->size();
    }
  }
  return bytes;
}

void check_config_map(const Manifest& object, Findings& findings) {
  const auto add = [&](std::string message) { findings.push_back({"E7", object.path, std::move(message)}); };
  std::size_t keys = 0;
  for (const auto part : {"data", "binaryData"}) {
    const Tree* data = object.tree.find({part});
    if (data == nullptr || data->members() == nullptr) continue;
    for (const auto& member : *data->members()) {
      if (!is_key(member.key)) add(fmt::format("'{}' is no key of a ConfigMap", member.key));
      if (member.value.text() == nullptr) add(fmt::format("the value of {} is no text", member.key));
      ++keys;
    }
  }
  if (bytes_of(object) > kShardLimit && keys > 1) add("more than 200 KiB in one ConfigMap of several files");
}

std::string_view environment_value(const Tree& container, std::string_view name) {
  for (const auto& variable : list_at(container, {"env"})) {
    if (text_at(variable, {"name"}) == name) return text_at(variable, {"value"});
  }
  return {};
}

// The path from `tree` to the first empty map in it; nothing when there is none.
std::optional<std::string> empty_map_in(const Tree& tree) {
  if (const auto* members = tree.members()) {
    if (members->empty()) return "";
    for (const auto& member : *members) {
      if (const auto below = empty_map_in(member.value)) return fmt::format(".{}{}", member.key, *below);
    }
  }
  if (const auto* list = tree.list()) {
    for (const auto& item : *list) {
      if (const auto below = empty_map_in(item)) return "[]" + *below;
    }
  }
  return std::nullopt;
}

}  // namespace

// 1 MiB is Kubernetes' limit of a ConfigMap.
void check_config_maps(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    if (kind_of(object) == "ConfigMap") check_config_map(object, findings);
  }
}

// Client-side apply, Argo CD's default, keeps a copy in an annotation, and annotations end at 256 KiB.
void check_server_side(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    if (kind_of(object) != "ConfigMap" || (bytes_of(object) <= kShardLimit && !is_hook(object))) continue;
    const auto options = annotation(object, "argocd.argoproj.io/sync-options");
    if (options.find("ServerSideApply=true") != std::string_view::npos) continue;
    findings.push_back({"E26", object.path, "no ServerSideApply=true"});
  }
}

// The marker is what makes Argo CD see a new script set: it and the Jobs must speak of the same one.
void check_digests(const Objects& objects, Findings& findings) {
  std::map<std::string_view, std::string_view> markers;  // by database
  for (const auto& object : objects) {
    if (kind_of(object) != "ConfigMap" || label(object, contract::kComponentLabel) != "marker") continue;
    markers[label(object, contract::kDatabaseLabel)] = text_at(object.tree, {"data", "digest"});
  }
  for (const auto& object : objects) {
    const Tree* pod = pod_template(object);
    if (pod == nullptr || kind_of(object) != "Job") continue;
    const auto marker = markers.find(label(object, contract::kDatabaseLabel));
    for (const auto* container : containers_of(*pod)) {
      if (!is_hook_container(*container)) continue;
      const auto expected = environment_value(*container, "WINDLASS_EXPECT_DIGEST");
      if (marker != markers.end() && !expected.empty() && marker->second == expected) continue;
      findings.push_back({"E15", object.path,
                          fmt::format("container {} expects another script set than the marker names",
                                      text_at(*container, {"name"}))});
    }
  }
}

// Argo CD's action "create Job" drops empty maps from what it copies: emptyDir: {} becomes a volume without
// source.
void check_no_empty_maps(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    const Tree* job = kind_of(object) == "CronJob" ? object.tree.find({"spec", "jobTemplate"}) : nullptr;
    if (job == nullptr) continue;
    if (const auto path = empty_map_in(*job))
      findings.push_back({"E18", object.path, fmt::format("jobTemplate{} is an empty map", *path)});
  }
}

// Hooks are gone after a good sync; a rollback that needs one of them cannot start.
void check_rollback_objects(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    if (kind_of(object) != "CronJob") continue;
    if (is_hook(object)) findings.push_back({"E19", object.path, "the rollback is a hook"});
    if (!is(object.tree, {"spec", "suspend"}, true)) {
      findings.push_back({"E19", object.path, "the rollback is not suspended"});
    }
    const Tree* pod = pod_template(object);
    if (pod == nullptr) continue;
    for (const auto& reference : references_of(*pod)) {
      const Manifest* needed = find_object(objects, reference);
      if (needed == nullptr || !is_hook(*needed)) continue;
      findings.push_back(
          {"E19", object.path, fmt::format("{} {} is a hook", reference.kind, reference.name)});
    }
  }
}

}  // namespace windlass::generator
