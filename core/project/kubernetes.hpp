// What a project says about the cluster: how the pods look and whose identity they have.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/duration.hpp"

namespace windlass::project {

using Map = std::map<std::string, std::string>;

enum class IdentityProvider { kNone, kGke, kEks, kAks };
// By an annotation of the ServiceAccount, or by the cloud alone, which knows namespace and name.
enum class IdentityBinding { kAnnotation, kDirect };
struct Identity {
  IdentityProvider provider = IdentityProvider::kNone;
  std::string principal = {};  // GKE: service account e-mail; EKS: role ARN; AKS: client id
  IdentityBinding binding = IdentityBinding::kAnnotation;
};

struct Toleration {
  std::string key, op, value, effect;
};

struct NetworkPolicy {
  bool enabled = false;
  std::vector<std::string> database_cidrs;  // empty: anywhere
  std::vector<int> database_ports;          // empty: the connection's
};

// Whether a service mesh takes the hook pods in, and then as a native sidecar.
enum class Mesh { kNone, kIstio, kLinkerd };

struct Kubernetes {
  std::string namespace_name = "default";
  std::string image = "windlass:latest";
  std::string image_pull_policy = "IfNotPresent";
  std::vector<std::string> image_pull_secrets;
  std::string service_account;  // empty: <project>-migrate, rendered; else rendered under this name
  bool create_service_account = true;
  std::string min_version = "1.29";
  Map labels, annotations, env, node_selector;
  std::vector<Toleration> tolerations;
  Map requests, limits;  // cpu, memory, ephemeral-storage
  std::optional<std::int64_t> run_as_user, run_as_group, fs_group;
  std::string priority_class;
  NetworkPolicy network_policy;
  Mesh mesh = Mesh::kNone;
  Milliseconds active_deadline{30 * 60'000};
  Milliseconds ttl_after_finished{7 * 24 * 3600'000LL};
  Milliseconds termination_grace{60'000};
  int backoff_limit = 2;
};

}  // namespace windlass::project
