#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <tuple>

#include "generator/check/object.hpp"
#include "generator/check/rules.hpp"

namespace windlass::generator {
namespace {

void check_words(const Manifest& object, std::string_view key, std::span<const std::string_view> words,
                 Findings& findings) {
  const auto values = annotation_values(object, key);
  if (values.empty()) findings.push_back({"E1", object.path, fmt::format("{} is empty", key)});
  for (const auto& value : values) {
    if (std::find(words.begin(), words.end(), value) != words.end()) continue;
    findings.push_back({"E1", object.path, fmt::format("{} knows no '{}'", key, value)});
  }
}

}  // namespace

// Argo CD drops an object with an unknown hook in silence (sync/hook/hook.go), and takes a wave that is no
// number for 0.
void check_hook_words(const Objects& objects, Findings& findings) {
  constexpr std::array<std::string_view, 4> kHooks = {"PreSync", "Sync", "PostSync", "SyncFail"};
  constexpr std::array<std::string_view, 3> kPolicies = {"BeforeHookCreation", "HookSucceeded", "HookFailed"};
  for (const auto& object : objects) {
    if (is_hook(object)) {
      check_words(object, kHookAnnotation, kHooks, findings);
      check_words(object, kDeletePolicyAnnotation, kPolicies, findings);
    }
    const bool in_a_wave = is_hook(object) || !annotation(object, kWaveAnnotation).empty();
    if (in_a_wave && !whole_number(annotation(object, kWaveAnnotation))) {
      findings.push_back({"E1", object.path, fmt::format("{} is no whole number", kWaveAnnotation)});
    }
  }
}

// Argo CD keeps the last of two objects with one name, hook or not (RepeatedResourceWarning).
void check_unique_objects(const Objects& objects, Findings& findings) {
  std::set<std::tuple<std::string_view, std::string_view, std::string_view>> seen;
  for (const auto& object : objects) {
    const auto space = text_at(object.tree, {"metadata", "namespace"});
    if (seen.emplace(kind_of(object), space, name_of(object)).second) continue;
    findings.push_back(
        {"E2", object.path, fmt::format("{} {} is there twice", kind_of(object), name_of(object))});
  }
}

// A PreSync Job whose ConfigMap is created in the Sync phase waits for it until its deadline: hooks need
// hooks that come strictly earlier. A ServiceAccount may be the project's own when none is rendered.
void check_hook_dependencies(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    const Tree* pod = pod_template(object);
    if (pod == nullptr || !is_hook(object)) continue;
    for (const auto& reference : references_of(*pod)) {
      const Manifest* needed = find_object(objects, reference);
      if (needed == nullptr) {
        if (is_brought(objects, reference)) continue;
        findings.push_back(
            {"E4", object.path, fmt::format("{} {} is not rendered", reference.kind, reference.name)});
      } else if (!is_hook(*needed) || sync_place(*needed) >= sync_place(object)) {
        findings.push_back(
            {"E4", object.path,
             fmt::format("{} {} is not a hook of an earlier wave", reference.kind, reference.name)});
      }
    }
  }
}

// HookFailed deletes every hook that has it before SyncFail hooks start, also those that succeeded.
void check_delete_policies(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    for (const auto& policy : annotation_values(object, kDeletePolicyAnnotation)) {
      if (policy == "HookFailed")
        findings.push_back({"E5", object.path, "HookFailed takes the evidence away"});
    }
  }
}

void check_no_data_in_hooks(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    const bool data = kind_of(object) == "PersistentVolumeClaim" || kind_of(object) == "Secret";
    if (data && is_hook(object)) {
      findings.push_back(
          {"E6", object.path, fmt::format("a hook's {} is deleted with its data", kind_of(object))});
    }
  }
}

// Argo CD maps helm.sh/hook to hooks of its own wherever its own annotation is missing or misspelt.
void check_no_helm_hooks(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    const Tree* annotations = object.tree.find({"metadata", "annotations"});
    if (annotations == nullptr || annotations->members() == nullptr) continue;
    for (const auto& member : *annotations->members()) {
      if (member.key.starts_with("helm.sh/hook")) {
        findings.push_back({"E9", object.path, fmt::format("{} among Argo CD's annotations", member.key)});
      }
    }
  }
}

// SyncFail also fires when verify fails, with the new release already live.
void check_no_sync_fail(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    for (const auto& hook : annotation_values(object, kHookAnnotation)) {
      if (hook == "SyncFail") findings.push_back({"E20", object.path, "it would run on SyncFail"});
    }
  }
}

}  // namespace windlass::generator
