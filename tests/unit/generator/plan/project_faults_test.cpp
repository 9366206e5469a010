#include "generator/plan/project_faults.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

std::string faults(const std::function<void(project::Project&)>& change) {
  auto project = sample_project();
  change(project);
  return to_text(project_faults(project));
}

}  // namespace

TEST_CASE("a sound project has no faults") {
  CHECK(faults([](auto&) {}).empty());
  CHECK(faults([](auto& p) { p.kubernetes.labels = {{"cost-center", "42"}}; }).empty());
  CHECK(faults([](auto& p) { p.labels = {{"app", "storefront"}}; }).empty());
}

TEST_CASE("what cannot be rendered is said with what to do instead") {
  CHECK(faults([](auto& p) { p.databases[0].connection.url.reset(); }) ==
        "windlass.yaml: error: database main has no connection\n"
        "  help: Give connection.urlSecret with name and key, or connection.host and a database name.\n");
  CHECK(faults([](auto& p) {
          p.kubernetes.labels = {{"app", "storefront"}};
        }) ==
        "windlass.yaml: error: kubernetes.labels: app may be what the application's Service selects its pods "
        "by\n"
        "  help: Hook pods must not get its requests. Put the label into metadata.labels, which stays off "
        "the pods.\n");
  CHECK(faults([](auto& p) {
          p.kubernetes.labels = {{"windlass.dev/project", "x"}};
        }) ==
        "windlass.yaml: error: kubernetes.labels: windlass.dev/project is set by windlass\n"
        "  help: Leave it out.\n");
  CHECK(faults([](auto& p) {
          p.kubernetes.annotations = {{"argocd.argoproj.io/hook", "Sync"}, {"team", "x"}};
        }) ==
        "windlass.yaml: error: kubernetes.annotations: argocd.argoproj.io/hook is set by windlass\n"
        "  help: Leave it out.\n");
  CHECK(faults([](auto& p) {
          p.kubernetes.annotations = {{"linkerd.io/inject", "enabled"}};
        }) ==
        "windlass.yaml: error: kubernetes.annotations: linkerd.io/inject is set by windlass\n"
        "  help: Leave it out.\n");
  CHECK(faults([](auto& p) {
          p.kubernetes.env = {{"WINDLASS_RETRIES", "1"}, {"TZ", "UTC"}};
        }) ==
        "windlass.yaml: error: kubernetes.env: WINDLASS_RETRIES is set by windlass\n"
        "  help: Leave it out.\n");
  CHECK(
      faults([](auto& p) { p.kubernetes.ttl_after_finished = Milliseconds(60'000); }) ==
      "windlass.yaml: error: kubernetes.ttlAfterFinished is 1m\n"
      "  help: Make it at least 1h, so that the logs of a failed Job are still there when somebody looks.\n");
  CHECK(faults([](auto& p) { p.kubernetes.min_version = "latest"; }) ==
        "windlass.yaml: error: kubernetes.minVersion 'latest' is no version of Kubernetes\n"
        "  help: Write it as 1.29.\n");
  CHECK(faults([](auto& p) { p.kubernetes.run_as_user = 0; }) ==
        "windlass.yaml: error: the hook would run as root\n"
        "  help: Give securityContext.runAsUser another number than 0, or leave it out.\n");
}

TEST_CASE("all faults are reported at once") {
  auto project = sample_project();
  project.databases[0].connection.url.reset();
  project.kubernetes.run_as_user = 0;
  project.kubernetes.labels = {{"app", "x"}};
  CHECK(project_faults(project).error_count() == 3);
}

}  // namespace windlass::generator
