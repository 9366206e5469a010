#include "generator/plan/metadata.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/contract/labels.hpp"
#include "generator/plan/identity.hpp"

namespace windlass::generator {
namespace {

using project::Map;

Map our_labels(const project::Project& project, DatabaseOrNone database, std::string_view component) {
  Map labels = {{std::string(contract::kNameLabel), std::string(kHookPodName)},
                {std::string(contract::kManagedByLabel), std::string(contract::kManagedByValue)},
                {std::string(contract::kPartOfLabel), project.name},
                {std::string(contract::kComponentLabel), std::string(component)},
                {std::string(contract::kProjectLabel), project.name}};
  if (!project.environment.empty()) labels.emplace(contract::kEnvironmentLabel, project.environment);
  if (database != nullptr) labels.emplace(contract::kDatabaseLabel, database->key);
  return labels;
}

// What makes a mesh's proxy a native sidecar, which does not keep the Job from ending.
Map native_mesh_annotations(project::Mesh mesh) {
  switch (mesh) {
    case project::Mesh::kNone: return {};
    case project::Mesh::kIstio: return {{"sidecar.istio.io/nativeSidecar", "true"}};
    case project::Mesh::kLinkerd: return {{"config.beta.linkerd.io/proxy-enable-native-sidecar", "true"}};
  }
  return {};
}

}  // namespace

Map object_labels(const project::Project& project, DatabaseOrNone database, std::string_view component) {
  return merged(merged(project.labels, project.kubernetes.labels), our_labels(project, database, component));
}

Map pod_labels(const project::Project& project, const project::Database& database, Phase phase) {
  Map labels = merged(project.kubernetes.labels, our_labels(project, &database, phase_name(phase)));
  labels = merged(std::move(labels), identity_pod_labels(project.identity));
  labels.emplace(contract::kPhaseLabel, phase_name(phase));
  labels["sidecar.istio.io/inject"] = project.kubernetes.mesh == project::Mesh::kIstio ? "true" : "false";
  return labels;
}

Map pod_annotations(const project::Project& project) {
  const auto mesh = project.kubernetes.mesh;
  Map ours = {{"cluster-autoscaler.kubernetes.io/safe-to-evict", "false"},
              {"karpenter.sh/do-not-disrupt", "true"},
              {"linkerd.io/inject", mesh == project::Mesh::kLinkerd ? "enabled" : "disabled"}};
  return merged(project.kubernetes.annotations, merged(std::move(ours), native_mesh_annotations(mesh)));
}

bool is_selector_label(std::string_view key) {
  constexpr std::array<std::string_view, 5> kKeys = {"app", "k8s-app", "name", "app.kubernetes.io/name",
                                                     "app.kubernetes.io/instance"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

Map merged(Map base, Map later) {
  later.merge(base);
  return later;
}

Tree tree_of(const Map& map) {
  if (map.empty()) return {};
  Members members;
  for (const auto& [key, value] : map) members.push_back({key, value});
  return members;
}

}  // namespace windlass::generator
