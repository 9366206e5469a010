#include "generator/patch/merge_keys.hpp"

#include <array>

namespace windlass::generator {
namespace {

struct ListKey {
  std::string_view path;
  std::string_view key;
};

constexpr std::array kOfMetadata{ListKey{"finalizers", ""}, ListKey{"ownerReferences", "uid"}};

constexpr std::array kOfPods{
    ListKey{"containers", "name"},
    ListKey{"initContainers", "name"},
    ListKey{"hostAliases", "ip"},
    ListKey{"imagePullSecrets", "name"},
    ListKey{"resourceClaims", "name"},
    ListKey{"schedulingGates", "name"},
    ListKey{"volumes", "name"},
    ListKey{"topologySpreadConstraints", "topologyKey"},
    ListKey{"containers.env", "name"},
    ListKey{"initContainers.env", "name"},
    ListKey{"containers.ports", "containerPort"},
    ListKey{"initContainers.ports", "containerPort"},
    ListKey{"containers.volumeDevices", "devicePath"},
    ListKey{"initContainers.volumeDevices", "devicePath"},
    ListKey{"containers.volumeMounts", "mountPath"},
    ListKey{"initContainers.volumeMounts", "mountPath"},
};

template <typename Table>
std::optional<std::string_view> find_in(const Table& table, std::string_view path) {
  for (const auto& row : table) {
    if (row.path == path) return row.key;
  }
  return std::nullopt;
}

// What follows the folder in the path; empty when the path lies elsewhere.
std::string_view below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) ? path.substr(folder.size()) : std::string_view();
}

std::optional<std::string_view> key_in_job(std::string_view path) {
  if (const auto pod = below(path, "template.spec."); !pod.empty()) return find_in(kOfPods, pod);
  return find_in(kOfMetadata, below(path, "template.metadata."));
}

bool is_custom(std::string_view kind) {
  constexpr std::array<std::string_view, 5> kKnown{"Job", "CronJob", "ConfigMap", "ServiceAccount",
                                                   "NetworkPolicy"};
  for (const auto known : kKnown) {
    if (known == kind) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string_view> merge_key(std::string_view kind, std::string_view path) {
  if (is_custom(kind)) return std::nullopt;
  if (const auto of_metadata = below(path, "metadata."); !of_metadata.empty())
    return find_in(kOfMetadata, of_metadata);
  if (kind == "ServiceAccount" && path == "secrets") return "name";
  if (kind == "Job") return key_in_job(below(path, "spec."));
  if (kind != "CronJob") return std::nullopt;
  if (const auto of_job = below(path, "spec.jobTemplate.spec."); !of_job.empty()) return key_in_job(of_job);
  return find_in(kOfMetadata, below(path, "spec.jobTemplate.metadata."));
}

}  // namespace windlass::generator
