#include "generator/rehearse/sync_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <tuple>

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace windlass::generator {
namespace {

using nlohmann::json;

constexpr auto kKindOrder =
    std::to_array<std::string_view>({"Namespace",
                                     "NetworkPolicy",
                                     "ResourceQuota",
                                     "LimitRange",
                                     "PodSecurityPolicy",
                                     "PodDisruptionBudget",
                                     "ServiceAccount",
                                     "Secret",
                                     "SecretList",
                                     "ConfigMap",
                                     "StorageClass",
                                     "PersistentVolume",
                                     "PersistentVolumeClaim",
                                     "CustomResourceDefinition",
                                     "ClusterRole",
                                     "ClusterRoleList",
                                     "ClusterRoleBinding",
                                     "ClusterRoleBindingList",
                                     "Role",
                                     "RoleList",
                                     "RoleBinding",
                                     "RoleBindingList",
                                     "Service",
                                     "DaemonSet",
                                     "Pod",
                                     "ReplicationController",
                                     "ReplicaSet",
                                     "Deployment",
                                     "HorizontalPodAutoscaler",
                                     "StatefulSet",
                                     "Job",
                                     "CronJob",
                                     "IngressClass",
                                     "Ingress",
                                     "APIService"});  // whatever is not here comes last

std::size_t kind_order(const std::string& kind) {
  return static_cast<std::size_t>(std::find(kKindOrder.begin(), kKindOrder.end(), kind) - kKindOrder.begin());
}

std::string annotation(const json& body, const char* name) {
  const auto& metadata = body.at("metadata");
  const auto annotations = metadata.find("annotations");
  if (annotations == metadata.end() || !annotations->is_object()) return {};
  return annotations->value(name, std::string());
}

std::vector<std::string> values(const std::string& list) {
  std::vector<std::string> result;
  for (const auto& part : split(list, ',')) result.emplace_back(trim(part));
  return result;
}

std::optional<int> whole_number(const std::string& text) {
  int number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = !text.empty() && fault == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

int wave_of(const json& body) {
  if (const auto wave = whole_number(annotation(body, "argocd.argoproj.io/sync-wave"))) return *wave;
  return whole_number(annotation(body, "helm.sh/hook-weight")).value_or(0);
}

void add_once(std::vector<SyncPhase>& phases, SyncPhase phase) {
  if (std::find(phases.begin(), phases.end(), phase) == phases.end()) phases.push_back(phase);
}

struct Hooks {
  std::vector<SyncPhase> phases;
  bool known = false;  // at least one value that means something to Argo CD
};

Hooks argo_hooks(const std::string& list) {
  Hooks hooks;
  for (const auto& value : values(list)) {
    if (value == "PreSync") add_once(hooks.phases, SyncPhase::kPreSync);
    if (value == "Sync") add_once(hooks.phases, SyncPhase::kSync);
    if (value == "PostSync") add_once(hooks.phases, SyncPhase::kPostSync);
    hooks.known = hooks.known || !hooks.phases.empty() || value == "SyncFail" || value == "Skip";
  }
  return hooks;
}

Hooks helm_hooks(const std::string& list) {
  Hooks hooks;
  for (const auto& value : values(list)) {
    if (value == "pre-install" || value == "pre-upgrade") add_once(hooks.phases, SyncPhase::kPreSync);
    if (value == "post-install" || value == "post-upgrade") add_once(hooks.phases, SyncPhase::kPostSync);
    if (value == "crd-install") add_once(hooks.phases, SyncPhase::kSync);
  }
  hooks.known = !hooks.phases.empty();
  return hooks;
}

// Empty: Argo CD does not apply the object in a sync that goes well.
std::vector<SyncPhase> phases_of(const json& body) {
  const auto argo = annotation(body, "argocd.argoproj.io/hook");
  const auto helm = annotation(body, "helm.sh/hook");
  if (argo.empty() && helm.empty()) return {SyncPhase::kSync};
  const auto hooks = argo_hooks(argo);
  return hooks.known ? hooks.phases : helm_hooks(helm).phases;
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string_view sync_phase_name(SyncPhase phase) {
  constexpr std::array<std::string_view, 3> kNames{"PreSync", "Sync", "PostSync"};
  return kNames.at(static_cast<std::size_t>(phase));
}

SyncOrder in_sync_order(const std::vector<json>& documents) {
  SyncOrder order;
  for (const auto& document : documents) {
    const auto kind = text_at(document, "kind");
    const auto metadata = document.find("metadata");
    const auto name =
        metadata != document.end() && metadata->is_object() ? text_at(*metadata, "name") : std::string();
    if (kind.empty() || name.empty()) {
      throw Error(ExitCode::kConfiguration, "a Kubernetes object has no kind or no metadata.name",
                  "Give every document of the manifests both.");
    }
    const auto phases = phases_of(document);
    for (const auto phase : phases) order.objects.push_back({phase, wave_of(document), kind, name, document});
    if (phases.empty()) {
      order.ignored.push_back(
          fmt::format("{}/{}: its hook annotation names no phase that a sync runs", kind, name));
    }
  }
  std::stable_sort(order.objects.begin(), order.objects.end(), [](const SyncObject& a, const SyncObject& b) {
    return std::tuple(a.phase, a.wave, kind_order(a.kind), a.name) <
           std::tuple(b.phase, b.wave, kind_order(b.kind), b.name);
  });
  return order;
}

}  // namespace windlass::generator
