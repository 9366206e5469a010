// What the rules ask of a rendered object.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "generator/render/render.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

inline constexpr std::string_view kHookAnnotation = "argocd.argoproj.io/hook";
inline constexpr std::string_view kDeletePolicyAnnotation = "argocd.argoproj.io/hook-delete-policy";
inline constexpr std::string_view kWaveAnnotation = "argocd.argoproj.io/sync-wave";

std::string_view kind_of(const Manifest& object);
std::string_view name_of(const Manifest& object);
std::string_view annotation(const Manifest& object, std::string_view key);
std::string_view label(const Manifest& object, std::string_view key);

bool is_hook(const Manifest& object);
// Values of a comma-separated annotation, trimmed as Argo CD does.
std::vector<std::string> annotation_values(const Manifest& object, std::string_view key);

// Where the object stands in a sync: by phase (PreSync -1, Sync 0, PostSync 1), then by wave, which is 0 when
// the annotation is no number (Argo CD, sync_tasks.go).
struct SyncPlace {
  int phase = 0;
  int wave = 0;
  auto operator<=>(const SyncPlace&) const = default;
};
SyncPlace sync_place(const Manifest& object);

// The spec of a Job, or that in a CronJob's jobTemplate; null for anything else.
const Tree* job_spec(const Manifest& object);
// The pod template of either; null for anything else.
const Tree* pod_template(const Manifest& object);
// Its containers, init containers first.
std::vector<const Tree*> containers_of(const Tree& pod_template);

// An object that a pod cannot start without.
struct Reference {
  std::string_view kind;
  std::string name;
};
// The ServiceAccount, the ConfigMaps and the SecretProviderClass; Secrets, claims and the ConfigMap of the
// authorities exist before the application does.
std::vector<Reference> references_of(const Tree& pod_template);

// Null when it is not among them.
const Manifest* find_object(const std::vector<Manifest>& objects, const Reference& reference);

// Whether the project may bring what is referred to and not rendered: a SecretProviderClass, a ConfigMap
// whose name does not begin with the project's as ours do, and the ServiceAccount when the render makes none.
bool is_brought(const std::vector<Manifest>& objects, const Reference& reference);

// Whether the container runs windlass-hook, and not what stands beside it.
bool is_hook_container(const Tree& container);

// Nothing when `text` is no whole number.
std::optional<int> whole_number(std::string_view text);

// Whether the value at the path is there and equal.
bool is(const Tree& tree, std::initializer_list<std::string_view> path, const Tree& value);

}  // namespace windlass::generator
