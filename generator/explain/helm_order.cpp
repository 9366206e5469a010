#include "generator/explain/helm_order.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>

namespace windlass::generator::explain {
namespace {

constexpr auto kInstall = std::to_array<std::string_view>({"PriorityClass",
                                                           "Namespace",
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
                                                           "APIService",
                                                           "MutatingWebhookConfiguration",
                                                           "ValidatingWebhookConfiguration"});

// Not quite the other one reversed: Services go early.
constexpr auto kUninstall = std::to_array<std::string_view>({"ValidatingWebhookConfiguration",
                                                             "MutatingWebhookConfiguration",
                                                             "APIService",
                                                             "Ingress",
                                                             "IngressClass",
                                                             "Service",
                                                             "CronJob",
                                                             "Job",
                                                             "StatefulSet",
                                                             "HorizontalPodAutoscaler",
                                                             "Deployment",
                                                             "ReplicaSet",
                                                             "ReplicationController",
                                                             "Pod",
                                                             "DaemonSet",
                                                             "RoleBindingList",
                                                             "RoleBinding",
                                                             "RoleList",
                                                             "Role",
                                                             "ClusterRoleBindingList",
                                                             "ClusterRoleBinding",
                                                             "ClusterRoleList",
                                                             "ClusterRole",
                                                             "CustomResourceDefinition",
                                                             "PersistentVolumeClaim",
                                                             "PersistentVolume",
                                                             "StorageClass",
                                                             "ConfigMap",
                                                             "SecretList",
                                                             "Secret",
                                                             "ServiceAccount",
                                                             "PodDisruptionBudget",
                                                             "PodSecurityPolicy",
                                                             "LimitRange",
                                                             "ResourceQuota",
                                                             "NetworkPolicy",
                                                             "Namespace",
                                                             "PriorityClass"});

std::span<const std::string_view> kinds_of(HelmOrder order, HelmVersion version) {
  constexpr std::size_t kWebhooks = 2;  // that Helm 4 has added
  const std::span<const std::string_view> install = kInstall;
  const std::span<const std::string_view> uninstall = kUninstall;
  if (order == HelmOrder::kInstall) {
    return version == HelmVersion::k4 ? install : install.first(install.size() - kWebhooks);
  }
  return version == HelmVersion::k4 ? uninstall : uninstall.subspan(kWebhooks);
}

void sort_by_kind(std::vector<Index>& members, const std::vector<Object>& objects, HelmOrder order,
                  HelmVersion version) {
  const auto kinds = kinds_of(order, version);
  const auto key = [&](Index i) {
    const auto& kind = objects[i].kind;
    const auto rank = std::find(kinds.begin(), kinds.end(), kind) - kinds.begin();
    const bool unknown = static_cast<std::size_t>(rank) == kinds.size();
    return std::tuple(rank, unknown ? kind : std::string());
  };
  std::stable_sort(members.begin(), members.end(), [&](Index a, Index b) { return key(a) < key(b); });
}

}  // namespace

std::vector<Index> helm_hooks_at(const std::vector<Object>& objects, HelmEvent event, HelmVersion version) {
  std::vector<Index> hooks;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto hook = helm_hook(objects[i].body);
    const auto times = std::count(hook.events.begin(), hook.events.end(), event);
    hooks.insert(hooks.end(), static_cast<std::size_t>(times), i);
  }
  sort_by_kind(hooks, objects, HelmOrder::kInstall, version);
  std::map<Index, std::int64_t> weights;
  for (const auto i : hooks) weights.emplace(i, helm_hook(objects[i].body).weight);
  const auto key = [&](Index i) { return std::pair(weights.at(i), std::string_view(objects[i].name)); };
  std::stable_sort(hooks.begin(), hooks.end(), [&](Index a, Index b) { return key(a) < key(b); });
  return hooks;
}

std::vector<Index> helm_release(const std::vector<Object>& objects, HelmOrder order, HelmVersion version) {
  std::vector<Index> members;
  for (Index i = 0; i < objects.size(); ++i) {
    if (!helm_hook(objects[i].body).is_hook) members.push_back(i);
  }
  sort_by_kind(members, objects, order, version);
  return members;
}

}  // namespace windlass::generator::explain
