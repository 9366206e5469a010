// What a pod cannot start without, and which objects of the manifests bring that about.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "generator/explain/object.hpp"

namespace windlass::generator::explain {

// The JSON pointer of the pod template of a Job, CronJob, Deployment, StatefulSet, DaemonSet, ReplicaSet or
// Pod ("" for the Pod itself); nothing for other kinds.
std::optional<std::string> pod_pointer(const Object& object);

// Containers with the JSON pointer of each, init containers first.
struct Container {
  std::string pointer;
  nlohmann::json body;
  bool init = false;

  bool is_native_sidecar() const { return init && text_at(body, "/restartPolicy") == "Always"; }
};
std::vector<Container> containers_of(const Object& object);

struct Reference {
  std::string_view kind;  // ServiceAccount, ConfigMap, Secret or PersistentVolumeClaim
  std::string name;
  std::string pointer;  // of the part that names it
};
// By place; each kind and name once. What is optional, and the ServiceAccount default, are left out.
std::vector<Reference> references_of(const Object& object);

// The objects that references mean, by kind, name and namespace.
class Providers {
 public:
  explicit Providers(const std::vector<Object>& objects);

  // The object that a reference of `user` means: the one of that kind and name, for a Secret also what makes
  // it (an ExternalSecret or a SealedSecret). Nothing when the manifests have none.
  std::optional<Index> of(const Object& user, const Reference& reference) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  std::map<Key, Index> objects_;
  std::map<Key, Index> makers_;
};

// Whether the object is one whose pods go on until it is changed: Deployment, StatefulSet, DaemonSet.
bool is_workload(const Object& object);

// Whether the image is the Cloud SQL or the AlloyDB Auth Proxy.
bool is_database_proxy(const std::string& image);

// What a Job is there for, by its name, else by its images, commands and arguments.
enum class Task { kOther, kBackup, kMigrate, kVerify };
Task task_of(const Object& job);

}  // namespace windlass::generator::explain
