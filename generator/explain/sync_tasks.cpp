#include "generator/explain/sync_tasks.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "generator/explain/object.hpp"

namespace windlass::generator::explain {
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

std::string group_of(const json& body) {
  const auto version = text_at(body, "/apiVersion");
  const auto slash = version.find('/');
  return slash == std::string::npos ? "" : version.substr(0, slash);
}

// What an object brings about for others, and what it needs of others; empty: nothing.
using Key = std::string (*)(const json& body);

std::string namespace_made(const json& body) {
  return text_at(body, "/kind") == "Namespace" ? text_at(body, "/metadata/name") : "";
}

std::string namespace_used(const json& body) { return text_at(body, "/metadata/namespace"); }

std::string kind_made(const json& body) {
  if (text_at(body, "/kind") != "CustomResourceDefinition") return "";
  return text_at(body, "/spec/group") + "/" + text_at(body, "/spec/names/kind");
}

std::string kind_used(const json& body) { return group_of(body) + "/" + text_at(body, "/kind"); }

void move_before_first_user(std::vector<SyncTask>& tasks, const std::vector<const json*>& objects, Key made,
                            Key used) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const auto& body = *objects[tasks[i].object];
    const auto makes = made(body);
    if (makes.empty()) {
      if (const auto uses = used(body); !uses.empty()) first.emplace(uses, i);
      continue;
    }
    const auto user = first.find(makes);
    if (user == first.end()) continue;
    const auto at = user->second;
    tasks[i].phase = tasks[at].phase;
    tasks[i].wave = tasks[at].wave;
    std::rotate(tasks.begin() + static_cast<std::ptrdiff_t>(at),
                tasks.begin() + static_cast<std::ptrdiff_t>(i),
                tasks.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    for (auto& [key, index] : first) index += index >= at ? 1 : 0;
  }
}

}  // namespace

std::vector<SyncTask> sync_tasks(const std::vector<const json*>& objects) {
  using Key = std::tuple<SyncPhase, std::int64_t, std::size_t, std::string>;
  std::vector<std::pair<Key, SyncTask>> keyed;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto hook = argo_hook(*objects[i]);
    auto name = text_at(*objects[i], "/metadata/name");
    if (name.empty()) name = text_at(*objects[i], "/metadata/generateName");
    const auto kind = kind_order(text_at(*objects[i], "/kind"));
    for (const auto phase : hook.phases) {
      keyed.emplace_back(Key(phase, hook.wave, kind, name), SyncTask{i, phase, hook.wave});
    }
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<SyncTask> tasks;
  for (const auto& [key, task] : keyed) tasks.push_back(task);
  move_before_first_user(tasks, objects, namespace_made, namespace_used);
  move_before_first_user(tasks, objects, kind_made, kind_used);
  return tasks;
}

}  // namespace windlass::generator::explain
