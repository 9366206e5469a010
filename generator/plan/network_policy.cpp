#include "generator/plan/network_policy.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/contract/labels.hpp"

namespace windlass::generator {
namespace {

using project::IdentityProvider;

constexpr int kHttps = 443;
constexpr int kAlloyDbServer = 5433;  // of the auth proxies' other ends
constexpr int kCloudSqlServer = 3307;
constexpr int kVault = 8200;

Tree tcp(int port) { return Members{{"protocol", "TCP"}, {"port", port}}; }

// Without addresses the ports are open to anywhere.
Tree rule(const std::vector<std::string>& addresses, List ports) {
  List to;
  for (const auto& cidr : addresses) to.push_back(Members{{"ipBlock", Members{{"cidr", cidr}}}});
  return Members{{"to", to.empty() ? Tree() : Tree(std::move(to))}, {"ports", std::move(ports)}};
}

// To anywhere: the cluster's, a node-local cache, or the cloud's own.
Tree name_servers() { return rule({}, {Members{{"protocol", "UDP"}, {"port", 53}}, tcp(53)}); }

std::vector<int> database_ports(const project::Project& project, const project::Connection& connection) {
  if (connection.proxy)
    return {connection.proxy->kind == project::ProxyKind::kAlloyDb ? kAlloyDbServer : kCloudSqlServer};
  const auto& ports = project.kubernetes.network_policy.database_ports;
  return ports.empty() ? std::vector<int>{connection.port} : ports;
}

Tree database_rule(const project::Project& project, const project::Connection& connection) {
  List ports;
  for (const int port : database_ports(project, connection)) ports.push_back(tcp(port));
  return rule(project.kubernetes.network_policy.database_cidrs, std::move(ports));
}

// Where a pod asks for its identity. GKE's data planes translate the metadata server's address in two ways,
// and a policy sees what comes out of it; both are allowed.
List identity_rules(const project::Identity& identity) {
  switch (identity.provider) {
    case IdentityProvider::kGke:
      return {rule({"169.254.169.252/32"}, {tcp(987), tcp(988)}),
              rule({"169.254.169.254/32"}, {tcp(80), tcp(8080)})};
    case IdentityProvider::kEks:
      if (identity.binding == project::IdentityBinding::kDirect)
        return {rule({"169.254.170.23/32"}, {tcp(80)})};  // EKS Pod Identity's agent
      return {};
    case IdentityProvider::kAks:
    case IdentityProvider::kNone: return {};
  }
  return {};
}

// The clouds' APIs: tokens of IRSA and AKS, what the proxies ask about their instance, and object storage.
bool needs_https(const project::Project& project, const project::Connection& connection) {
  return project.delivery.method == project::DeliveryMethod::kObjectStorage || connection.proxy ||
         connection.vault_agent || project.identity.provider != IdentityProvider::kNone;
}

}  // namespace

Members network_policy_values(const project::Project& project, const project::Database& database,
                              std::span<const Phase> phases) {
  const auto& connection = database.connection;
  List names;
  for (const Phase phase : phases) names.push_back(phase_name(phase));
  List egress = {name_servers(), database_rule(project, connection)};
  for (auto& identity : identity_rules(project.identity)) egress.push_back(std::move(identity));
  if (connection.vault_agent) egress.push_back(rule({}, {tcp(kVault)}));
  if (needs_https(project, connection)) egress.push_back(rule({}, {tcp(kHttps)}));
  return {{"matchLabels", Members{{std::string(contract::kProjectLabel), project.name},
                                  {std::string(contract::kDatabaseLabel), database.key}}},
          {"matchExpressions",
           List{Members{{"key", contract::kPhaseLabel}, {"operator", "In"}, {"values", names}}}},
          {"egress", std::move(egress)}};
}

}  // namespace windlass::generator
