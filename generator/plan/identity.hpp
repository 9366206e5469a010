// What binds the pods to a cloud identity: Workload Identity of GKE, EKS and AKS.
#pragma once

#include "core/project/project.hpp"

namespace windlass::generator {

// On the ServiceAccount: iam.gke.io/gcp-service-account, eks.amazonaws.com/role-arn or
// azure.workload.identity/client-id. Empty without a provider or, on GKE, without a principal (a direct
// binding of the ServiceAccount needs none).
project::Map identity_annotations(const project::Identity& identity);

// On the pods: AKS injects nothing without its label.
project::Map identity_pod_labels(const project::Identity& identity);

}  // namespace windlass::generator
