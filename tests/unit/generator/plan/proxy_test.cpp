#include "generator/plan/proxy.hpp"

#include <catch2/catch.hpp>

#include "generator/render/templates.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

using project::Proxy;
using project::ProxyKind;
using project::ProxyNetwork;

constexpr Milliseconds kGrace{90'000};

// The container's arguments, a blank between.
std::string arguments_of(const Proxy& proxy, ProxyForm form = ProxyForm::kSidecar) {
  const Tree container = Templates::built_in().expand(proxy_container(proxy, form, kGrace));
  std::string text;
  for (const auto& word : list_at(container, {"args"})) text += (text.empty() ? "" : " ") + *word.text();
  return text;
}

constexpr const char* kCommon =
    "--structured-logs --port=5432 --health-check --http-address=0.0.0.0 --http-port=9090 "
    "";

}  // namespace

TEST_CASE("each proxy gets its own flags") {
  Proxy alloydb{.kind = ProxyKind::kAlloyDb, .instance = "projects/p/locations/r/clusters/c/instances/i"};
  CHECK(arguments_of(alloydb) ==
        std::string(kCommon) + "--exit-zero-sigterm --max-sigterm-delay=10s " + alloydb.instance);
  alloydb.network = ProxyNetwork::kPublic;
  alloydb.iam_login = true;
  CHECK(arguments_of(alloydb) ==
        std::string(kCommon) + "--exit-zero-sigterm --max-sigterm-delay=10s --public-ip --auto-iam-authn " +
            alloydb.instance);
  Proxy cloudsql{.kind = ProxyKind::kCloudSql, .instance = "p:r:i"};
  CHECK(arguments_of(cloudsql) ==
        std::string(kCommon) + "--exit-zero-on-sigterm --max-sigterm-delay=10s --private-ip p:r:i");
  cloudsql.network = ProxyNetwork::kPublic;
  CHECK(arguments_of(cloudsql) ==
        std::string(kCommon) + "--exit-zero-on-sigterm --max-sigterm-delay=10s p:r:i");
  cloudsql.network = ProxyNetwork::kPsc;
  CHECK(arguments_of(cloudsql) ==
        std::string(kCommon) + "--exit-zero-on-sigterm --max-sigterm-delay=10s --psc p:r:i");
}

TEST_CASE("a proxy is a native sidecar of a pinned release, or of the project's own image") {
  Proxy proxy{.kind = ProxyKind::kCloudSql, .instance = "p:r:i", .port = 6000};
  Tree container = Templates::built_in().expand(proxy_container(proxy, ProxyForm::kSidecar, kGrace));
  CHECK(text_at(container, {"name"}) == "cloud-sql-proxy");
  CHECK(text_at(container, {"image"}) == kCloudSqlProxyImage);
  CHECK(text_at(container, {"restartPolicy"}) == "Always");
  CHECK(*container.find({"startupProbe", "httpGet", "port"}) == Tree(9090));
  CHECK(list_at(container, {"args"}).at(1) == Tree("--port=6000"));
  proxy = {.kind = ProxyKind::kAlloyDb, .instance = "x", .image = "mirror.example.com/proxy:1"};
  container = Templates::built_in().expand(proxy_container(proxy, ProxyForm::kSidecar, kGrace));
  CHECK(text_at(container, {"name"}) == "alloydb-auth-proxy");
  CHECK(text_at(container, {"image"}) == "mirror.example.com/proxy:1");
}

TEST_CASE("before Kubernetes 1.29 a proxy is a second container that takes the order to end") {
  project::Kubernetes kubernetes;
  CHECK(proxy_form(kubernetes) == ProxyForm::kSidecar);
  kubernetes.min_version = "1.28";
  CHECK(proxy_form(kubernetes) == ProxyForm::kContainer);
  const Proxy proxy{.kind = ProxyKind::kAlloyDb, .instance = "i"};
  CHECK(arguments_of(proxy, ProxyForm::kContainer) ==
        std::string(kCommon) +
            "--exit-zero-sigterm --min-sigterm-delay=1m30s --max-sigterm-delay=1m30s --quitquitquit "
            "--admin-port=9091 i");
  const Tree container = Templates::built_in().expand(proxy_container(proxy, ProxyForm::kContainer, kGrace));
  CHECK(container.find({"restartPolicy"}) == nullptr);
  CHECK(container.find({"startupProbe"}) == nullptr);

  auto project = sample_project();
  project.kubernetes.min_version = "1.28";
  project.migration.policies.dry_run_first = true;
  project.databases[0].connection = {.host = "127.0.0.1", .user = "app", .proxy = proxy};
  const auto rendered = sample_render(project);
  CHECK(rendered.snippets.empty());  // the guard is an init container
  const auto& pod =
      *manifest_at(rendered, "30-presync-job-storefront-migrate.yaml").tree.find({"spec", "template"});
  CHECK(list_at(pod, {"spec", "initContainers"}).empty());
  const auto& containers = list_at(pod, {"spec", "containers"});
  REQUIRE(containers.size() == 2);
  CHECK(env_value(containers[0], "WINDLASS_PROXY_QUIT_URL") == kProxyQuitUrl);
  CHECK(text_at(containers[1], {"name"}) == "alloydb-auth-proxy");
}

}  // namespace windlass::generator
