// Where a container finds its credentials and the authorities of its database, when they are no Secret's key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/project/connection.hpp"
#include "core/project/kubernetes.hpp"
#include "generator/plan/pod.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// The files inside a container that hold the parts of the connection; empty: no file does.
project::FileFields credential_files(const project::Connection& connection);

// PGSSLROOTCERT; empty when the connection names no authorities.
std::string authorities_file(const project::Connection& connection);

// The volumes for both. `class_name` is the SecretProviderClass of the pod, when one is rendered.
std::vector<Volume> credential_volumes(const project::Connection& connection, std::string_view class_name);

// How a pod asks the Vault Agent injector (vault-k8s 1.7) for its files: once and before any other container,
// because an agent that stays would keep the Job from ending.
project::Map job_credential_annotations(const project::Connection& connection);
// The same for the application's pod, where the agent may stay.
project::Map credential_annotations(const project::Connection& connection);

// The values of external_secret.yaml and secret_provider_class.yaml below metadata.
Members external_secret_values(const project::Connection& connection);
Members secret_provider_class_values(const project::CsiSecrets& csi);

}  // namespace windlass::generator
