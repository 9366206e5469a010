#include "generator/plan/identity.hpp"

namespace windlass::generator {

using project::IdentityProvider;

project::Map identity_annotations(const project::Identity& identity) {
  if (identity.principal.empty()) return {};
  switch (identity.provider) {
    case IdentityProvider::kNone: return {};
    case IdentityProvider::kGke: return {{"iam.gke.io/gcp-service-account", identity.principal}};
    case IdentityProvider::kEks: return {{"eks.amazonaws.com/role-arn", identity.principal}};
    case IdentityProvider::kAks: return {{"azure.workload.identity/client-id", identity.principal}};
  }
  return {};
}

project::Map identity_pod_labels(const project::Identity& identity) {
  if (identity.provider != IdentityProvider::kAks) return {};
  return {{"azure.workload.identity/use", "true"}};
}

}  // namespace windlass::generator
