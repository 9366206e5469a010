#include "generator/plan/proxy.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "generator/plan/job.hpp"

namespace windlass::generator {
namespace {

using project::ProxyKind;
using project::ProxyNetwork;

constexpr int kProbePort = 9090;
constexpr int kNativeSidecarsSince = 29;  // KEP-753: beta and on by default

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

// Kubernetes ends a sidecar after the hook. A second container gets its SIGTERM together with the hook, which
// then cancels and rolls back through it.
List form_flags(ProxyForm form, Milliseconds grace) {
  if (form == ProxyForm::kSidecar) return {"--max-sigterm-delay=10s"};
  const auto delay = format_duration(grace);
  return {fmt::format("--min-sigterm-delay={}", delay), fmt::format("--max-sigterm-delay={}", delay),
          "--quitquitquit", "--admin-port=9091"};
}

List arguments(const project::Proxy& proxy, ProxyForm form, Milliseconds grace) {
  // The kubelet asks from outside of the pod, and by default the proxy answers inside of it only. The port of
  // the database spares Cloud SQL's a question to its API.
  List words = {
      "--structured-logs",      fmt::format("--port={}", proxy.port),      "--health-check",
      "--http-address=0.0.0.0", fmt::format("--http-port={}", kProbePort), row(proxy.kind).exit_zero_flag};
  for (auto& word : form_flags(form, grace)) words.push_back(std::move(word));
  const auto network = row(proxy.kind).network_flags.at(static_cast<std::size_t>(proxy.network));
  if (!network.empty()) words.push_back(network);
  if (proxy.iam_login) words.push_back("--auto-iam-authn");
  words.push_back(proxy.instance);
  return words;
}

Tree startup_probe() {
  return Members{{"httpGet", Members{{"path", "/startup"}, {"port", kProbePort}}},
                 {"periodSeconds", 1},
                 {"timeoutSeconds", 10},
                 {"failureThreshold", 60}};
}

}  // namespace

std::string_view proxy_name(ProxyKind kind) { return row(kind).name; }

ProxyForm proxy_form(const project::Kubernetes& kubernetes) {
  const int minor = kubernetes_minor(kubernetes.min_version).value_or(0);
  return minor >= kNativeSidecarsSince ? ProxyForm::kSidecar : ProxyForm::kContainer;
}

Tree proxy_container(const project::Proxy& proxy, ProxyForm form, Milliseconds grace) {
  const bool sidecar = form == ProxyForm::kSidecar;
  return FromTemplate{"proxy",
                      {{"name", row(proxy.kind).name},
                       {"image", proxy.image.empty() ? row(proxy.kind).image : std::string_view(proxy.image)},
                       {"restartPolicy", sidecar ? Tree("Always") : Tree()},
                       {"args", arguments(proxy, form, grace)},
                       {"startupProbe", sidecar ? startup_probe() : Tree()}}};
}

}  // namespace windlass::generator
