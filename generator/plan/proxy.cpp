#include "generator/plan/proxy.hpp"

#include <fmt/format.h>

#include <array>

namespace windlass::generator {
namespace {

using project::ProxyKind;
using project::ProxyNetwork;

constexpr int kProbePort = 9090;

struct ProxyRow {
  std::string_view name, image;
  // By ProxyNetwork; empty: what the proxy does by itself.
  std::array<std::string_view, 3> network_flags;
  std::string_view exit_zero_flag;  // a container that was told to stop has not failed
};

// In the order of ProxyKind.
constexpr std::array<ProxyRow, 2> kRows = {{
    {"alloydb-auth-proxy", kAlloyDbProxyImage, {"", "--public-ip", "--psc"}, "--exit-zero-sigterm"},
    {"cloud-sql-proxy", kCloudSqlProxyImage, {"--private-ip", "", "--psc"}, "--exit-zero-on-sigterm"},
}};

const ProxyRow& row(ProxyKind kind) { return kRows.at(static_cast<std::size_t>(kind)); }

List arguments(const project::Proxy& proxy) {
  // The kubelet asks from outside of the pod, and by default the proxy answers inside of it only. The port of
  // the database spares Cloud SQL's a question to its API.
  List words = {
      "--structured-logs",           fmt::format("--port={}", proxy.port),      "--health-check",
      "--http-address=0.0.0.0",      fmt::format("--http-port={}", kProbePort), "--max-sigterm-delay=10s",
      row(proxy.kind).exit_zero_flag};
  const auto network = row(proxy.kind).network_flags.at(static_cast<std::size_t>(proxy.network));
  if (!network.empty()) words.push_back(network);
  if (proxy.iam_login) words.push_back("--auto-iam-authn");
  words.push_back(proxy.instance);
  return words;
}

}  // namespace

std::string_view proxy_name(ProxyKind kind) { return row(kind).name; }

Tree proxy_container(const project::Proxy& proxy) {
  return FromTemplate{"proxy",
                      {{"name", row(proxy.kind).name},
                       {"image", proxy.image.empty() ? row(proxy.kind).image : std::string_view(proxy.image)},
                       {"args", arguments(proxy)},
                       {"probePort", kProbePort}}};
}

}  // namespace windlass::generator
