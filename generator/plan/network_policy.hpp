// What the pods of one database may talk to: name servers, the database or its proxy's server, the identity.
#pragma once

#include <span>

#include "core/contract/phase.hpp"
#include "core/project/project.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// The values of network_policy.yaml below metadata, for the pods of these phases. Ports and addresses of the
// clouds are paired as their data planes translate them (GKE: 169.254.169.252:988 and 169.254.169.254:80).
Members network_policy_values(const project::Project& project, const project::Database& database,
                              std::span<const Phase> phases);

}  // namespace windlass::generator
