#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

constexpr std::array<std::string_view, 3> kIdentities = {
    "iam.gke.io/gcp-service-account", "eks.amazonaws.com/role-arn", "azure.workload.identity/client-id"};

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& /*question*/) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& account = objects[i];
    if (account.kind != "ServiceAccount" || !has_changing_suffix(account.name)) continue;
    const bool bound = std::any_of(kIdentities.begin(), kIdentities.end(),
                                   [&](auto name) { return annotation(account.body, name).has_value(); });
    if (!bound) continue;
    traps.push_back(
        {i, "/metadata/name",
         fmt::format("{} has a name that changes: its cloud identity is bound to the name", account.label()),
         "Take the end that changes out of the name."});
  }
  return traps;
}

}  // namespace

const TrapRule kChangingAccount{
    "changing-account", Under::kBoth, "A ServiceAccount with a cloud identity changes its name.",
    "The identity is bound to the name of the ServiceAccount on the cloud's side. With a hash at its end "
    "each release asks as somebody whom nobody knows, and the proxy or the hook is refused. Give it a "
    "name that stays.",
    find_in};

}  // namespace windlass::generator::explain
