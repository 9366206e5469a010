#include "generator/plan/pod.hpp"

#include "core/contract/labels.hpp"
#include "generator/plan/metadata.hpp"

namespace windlass::generator {
namespace {

using project::Map;

constexpr std::int64_t kNonRootId = 65532;     // "nonroot" of distroless images
constexpr std::int64_t kReadableByAll = 0444;  // files from ConfigMaps

Tree mounts(const std::vector<Volume>& volumes) {
  List list;
  for (const auto& volume : volumes) {
    if (volume.mount_path.empty()) continue;
    list.push_back(Members{{"name", volume.name},
                           {"mountPath", volume.mount_path},
                           {"readOnly", volume.read_only ? Tree(true) : Tree()}});
  }
  return list.empty() ? Tree() : Tree(std::move(list));
}

// A namespace with a quota refuses pods without resources. Memory is asked for as it is limited, so that a
// migration is never the one that is killed on a full node.
Tree resources(const project::Kubernetes& kubernetes) {
  if (kubernetes.requests.empty() && kubernetes.limits.empty()) {
    return Members{{"requests", Members{{"cpu", "100m"}, {"memory", "256Mi"}}},
                   {"limits", Members{{"memory", "256Mi"}}}};
  }
  return Members{{"requests", tree_of(kubernetes.requests)}, {"limits", tree_of(kubernetes.limits)}};
}

std::int64_t user_id(const project::Kubernetes& kubernetes) {
  return kubernetes.run_as_user.value_or(kNonRootId);
}

// Little, because it raises what the application's pod asks for.
Tree guard_resources() {
  return Members{{"requests", Members{{"cpu", "10m"}, {"memory", "64Mi"}}},
                 {"limits", Members{{"memory", "64Mi"}}}};
}

Tree pull_secrets(const project::Kubernetes& kubernetes) {
  List list;
  for (const auto& name : kubernetes.image_pull_secrets) list.push_back(Members{{"name", name}});
  return list.empty() ? Tree() : Tree(std::move(list));
}

Tree text_or_absent(const std::string& text) { return text.empty() ? Tree() : Tree(text); }

Tree tolerations(const project::Kubernetes& kubernetes) {
  List list;
  for (const auto& toleration : kubernetes.tolerations) {
    list.push_back(Members{{"key", text_or_absent(toleration.key)},
                           {"operator", text_or_absent(toleration.op)},
                           {"value", text_or_absent(toleration.value)},
                           {"effect", text_or_absent(toleration.effect)}});
  }
  return list.empty() ? Tree() : Tree(std::move(list));
}

Tree init_containers(const project::Project& project, const Pod& plan) {
  List list = plan.sidecars;
  list.insert(list.end(), plan.loaders.begin(), plan.loaders.end());
  for (const auto& each : plan.init_containers) list.push_back(container(project, each, plan.volumes));
  return list.empty() ? Tree() : Tree(std::move(list));
}

List containers(const project::Project& project, const Pod& plan) {
  List list = {container(project, plan.main, plan.volumes)};
  list.insert(list.end(), plan.beside.begin(), plan.beside.end());
  return list;
}

}  // namespace

Tree volume_list(const std::vector<Volume>& volumes) {
  List list;
  for (const auto& volume : volumes)
    list.push_back(Members{{"name", volume.name}, {volume.source_kind, volume.source}});
  return list.empty() ? Tree() : Tree(std::move(list));
}

Volume temporary_volume() { return {"tmp", "/tmp", "emptyDir", Members{{"sizeLimit", "64Mi"}}}; }

Volume files_volume(std::string_view name, std::string_view mount_path, const List& sources) {
  return {std::string(name), std::string(mount_path), "projected",
          Members{{"defaultMode", kReadableByAll}, {"sources", sources}}, /*read_only=*/true};
}

Volume backup_volume(const project::Backup& backup) {
  const std::string path(contract::kBackupMount);
  if (backup.claim_name.empty()) return {"backup", path, "emptyDir", Members{{"sizeLimit", backup.size}}};
  return {"backup", path, "persistentVolumeClaim", Members{{"claimName", backup.claim_name}}};
}

Tree container(const project::Project& project, const Container& container,
               const std::vector<Volume>& volumes) {
  const bool is_guard = container.phase == Phase::kGuard;
  return FromTemplate{"container",
                      {{"name", container.name},
                       {"image", project.kubernetes.image},
                       {"imagePullPolicy", project.kubernetes.image_pull_policy},
                       {"args", List{Tree(phase_name(container.phase))}},
                       {"env", container.environment},
                       {"resources", is_guard ? guard_resources() : resources(project.kubernetes)},
                       {"runAsUser", is_guard ? Tree(user_id(project.kubernetes)) : Tree()},
                       {"volumeMounts", mounts(volumes)}}};
}

Tree loader_container(const project::Project& project, const Loader& loader) {
  return FromTemplate{"loader",
                      {{"image", loader.image},
                       {"imagePullPolicy", project.kubernetes.image_pull_policy},
                       {"command", loader.command},
                       {"env", loader.environment},
                       {"resources", resources(project.kubernetes)},
                       {"volumeMounts", mounts(loader.volumes)}}};
}

Tree pod(const project::Project& project, const project::Database& database, const Pod& plan) {
  const auto& kubernetes = project.kubernetes;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(kubernetes.termination_grace).count();
  return FromTemplate{"pod",
                      {{"labels", tree_of(pod_labels(project, database, plan.phase))},
                       {"annotations", tree_of(merged(pod_annotations(project), plan.annotations))},
                       {"serviceAccountName", plan.service_account},
                       {"terminationGracePeriodSeconds", seconds},
                       {"priorityClassName", text_or_absent(kubernetes.priority_class)},
                       {"imagePullSecrets", pull_secrets(kubernetes)},
                       {"nodeSelector", tree_of(kubernetes.node_selector)},
                       {"tolerations", tolerations(kubernetes)},
                       {"runAsUser", user_id(kubernetes)},
                       {"runAsGroup", kubernetes.run_as_group.value_or(kNonRootId)},
                       {"fsGroup", kubernetes.fs_group.value_or(kNonRootId)},
                       {"initContainers", init_containers(project, plan)},
                       {"containers", containers(project, plan)},
                       {"volumes", volume_list(plan.volumes)}}};
}

}  // namespace windlass::generator
