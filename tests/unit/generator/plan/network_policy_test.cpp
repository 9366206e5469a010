#include "generator/plan/network_policy.hpp"

#include <array>
#include <catch2/catch.hpp>

#include "generator/tree/emit.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

using project::IdentityBinding;
using project::IdentityProvider;

// One rule a line: "10.0.0.0/8: TCP 5432", without addresses "any: UDP 53, TCP 53".
std::string egress_of(const project::Project& project) {
  constexpr std::array kPhases = {Phase::kMigrate};
  const Tree values = network_policy_values(project, project.databases[0], kPhases);
  std::string text;
  for (const auto& rule : list_at(values, {"egress"})) {
    std::string to;
    for (const auto& address : list_at(rule, {"to"})) {
      to += (to.empty() ? "" : ", ") + std::string(text_at(address, {"ipBlock", "cidr"}));
    }
    std::string ports;
    for (const auto& port : list_at(rule, {"ports"})) {
      ports += (ports.empty() ? "" : ", ") + std::string(text_at(port, {"protocol"})) + " " +
               std::to_string(*port.find({"port"})->number());
    }
    text += (to.empty() ? "any" : to) + ": " + ports + "\n";
  }
  return text;
}

constexpr const char* kNames = "any: UDP 53, TCP 53\n";

}  // namespace

TEST_CASE("a pod may ask name servers and its database, and nothing else") {
  auto project = sample_project();
  CHECK(egress_of(project) == std::string(kNames) + "any: TCP 5432\n");
  project.kubernetes.network_policy.database_cidrs = {"10.0.0.0/8", "fd00::/8"};
  project.kubernetes.network_policy.database_ports = {5432, 6432};
  CHECK(egress_of(project) == std::string(kNames) + "10.0.0.0/8, fd00::/8: TCP 5432, TCP 6432\n");
}

TEST_CASE("a proxy is let through to its server's port, its cloud's API and the metadata server") {
  auto project = sample_project();
  project.identity = {IdentityProvider::kGke, "a@p.iam.gserviceaccount.com"};
  project.kubernetes.network_policy.database_cidrs = {"10.20.0.0/24"};
  project.kubernetes.network_policy.database_ports = {5432};
  auto& proxy = project.databases[0].connection.proxy;
  proxy = project::Proxy{.kind = project::ProxyKind::kAlloyDb, .instance = "i"};
  const std::string identity =
      "169.254.169.252/32: TCP 987, TCP 988\n169.254.169.254/32: TCP 80, TCP 8080\nany: TCP 443\n";
  CHECK(egress_of(project) == std::string(kNames) + "10.20.0.0/24: TCP 5433\n" + identity);
  proxy->kind = project::ProxyKind::kCloudSql;
  CHECK(egress_of(project) == std::string(kNames) + "10.20.0.0/24: TCP 3307\n" + identity);
}

TEST_CASE("each identity and Vault's agent are let through to where they ask") {
  auto project = sample_project();
  const std::string database = std::string(kNames) + "any: TCP 5432\n";
  project.identity = {IdentityProvider::kEks, "arn"};
  CHECK(egress_of(project) == database + "any: TCP 443\n");
  project.identity = {IdentityProvider::kEks, "", IdentityBinding::kDirect};
  CHECK(egress_of(project) == database + "169.254.170.23/32: TCP 80\nany: TCP 443\n");
  project.identity = {IdentityProvider::kAks, "id"};
  CHECK(egress_of(project) == database + "any: TCP 443\n");
  project.identity = {};
  project.databases[0].connection.vault_agent = project::VaultAgent{"r", "p", "", {"url", "", ""}};
  CHECK(egress_of(project) == database + "any: TCP 8200\nany: TCP 443\n");
}

TEST_CASE("the hooks' policy goes with them, the rollback's stays, and each selects its pods") {
  auto project = sample_project();
  project.kubernetes.network_policy.enabled = true;
  const auto rendered = sample_render(project);
  const auto selector = [&](const std::string& path) {
    return emit_yaml(*manifest_at(rendered, path).tree.find({"spec", "podSelector"})->members());
  };
  const std::string labels =
      "matchLabels:\n  windlass.dev/project: storefront\n  windlass.dev/database: main\n"
      "matchExpressions:\n- key: windlass.dev/phase\n  operator: In\n  values:\n";
  CHECK(selector("10-presync-networkpolicy-storefront-hooks.yaml") ==
        labels + "  - backup\n  - migrate\n  - verify\n  - contract\n");
  CHECK(selector("40-sync-networkpolicy-storefront-rollback.yaml") == labels + "  - rollback\n");
}

}  // namespace windlass::generator
