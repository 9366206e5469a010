#include "generator/plan/proxy.hpp"

#include <catch2/catch.hpp>

#include "generator/render/templates.hpp"

namespace windlass::generator {
namespace {

using project::Proxy;
using project::ProxyKind;
using project::ProxyNetwork;

// The container's arguments, a blank between.
std::string arguments_of(const Proxy& proxy) {
  const Tree container = Templates::built_in().expand(proxy_container(proxy));
  std::string text;
  for (const auto& word : list_at(container, {"args"})) text += (text.empty() ? "" : " ") + *word.text();
  return text;
}

constexpr const char* kCommon =
    "--structured-logs --port=5432 --health-check --http-address=0.0.0.0 --http-port=9090 "
    "--max-sigterm-delay=10s ";

}  // namespace

TEST_CASE("each proxy gets its own flags") {
  Proxy alloydb{.kind = ProxyKind::kAlloyDb, .instance = "projects/p/locations/r/clusters/c/instances/i"};
  CHECK(arguments_of(alloydb) == std::string(kCommon) + "--exit-zero-sigterm " + alloydb.instance);
  alloydb.network = ProxyNetwork::kPublic;
  alloydb.iam_login = true;
  CHECK(arguments_of(alloydb) ==
        std::string(kCommon) + "--exit-zero-sigterm --public-ip --auto-iam-authn " + alloydb.instance);
  Proxy cloudsql{.kind = ProxyKind::kCloudSql, .instance = "p:r:i"};
  CHECK(arguments_of(cloudsql) == std::string(kCommon) + "--exit-zero-on-sigterm --private-ip p:r:i");
  cloudsql.network = ProxyNetwork::kPublic;
  CHECK(arguments_of(cloudsql) == std::string(kCommon) + "--exit-zero-on-sigterm p:r:i");
  cloudsql.network = ProxyNetwork::kPsc;
  CHECK(arguments_of(cloudsql) == std::string(kCommon) + "--exit-zero-on-sigterm --psc p:r:i");
}

TEST_CASE("a proxy is a native sidecar of a pinned release, or of the project's own image") {
  Proxy proxy{.kind = ProxyKind::kCloudSql, .instance = "p:r:i", .port = 6000};
  Tree container = Templates::built_in().expand(proxy_container(proxy));
  CHECK(text_at(container, {"name"}) == "cloud-sql-proxy");
  CHECK(text_at(container, {"image"}) == kCloudSqlProxyImage);
  CHECK(text_at(container, {"restartPolicy"}) == "Always");
  CHECK(*container.find({"startupProbe", "httpGet", "port"}) == Tree(9090));
  CHECK(list_at(container, {"args"}).at(1) == Tree("--port=6000"));
  proxy = {.kind = ProxyKind::kAlloyDb, .instance = "x", .image = "mirror.example.com/proxy:1"};
  container = Templates::built_in().expand(proxy_container(proxy));
  CHECK(text_at(container, {"name"}) == "alloydb-auth-proxy");
  CHECK(text_at(container, {"image"}) == "mirror.example.com/proxy:1");
}

}  // namespace windlass::generator
