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

TEST_CASE("what does not go with tenants is refused") {
  const auto with_tenants = [](const std::function<void(project::Project&)>& change) {
    return faults([&](auto& p) {
      p.databases[0].schemas.clear();
      p.databases[0].tenants.emplace();
      p.migration.policies.backup_before_upgrade = false;
      change(p);
    });
  };
  CHECK(with_tenants([](auto&) {}).empty());
  CHECK(with_tenants([](auto& p) { p.migration.policies.backup_before_upgrade = true; }) ==
        "windlass.yaml: error: database main has tenants, and backupBeforeUpgrade is true\n"
        "  help: Set it to false: many tenants are for the server's own backups, which a Job cannot make.\n");
  CHECK(with_tenants([](auto& p) { p.migration.policies.dry_run_first = true; }) ==
        "windlass.yaml: error: database main has tenants, and dryRunFirst is true\n"
        "  help: Set it to false: it would keep a whole shard from starting.\n");
  CHECK(with_tenants([](auto& p) { p.databases[0].schemas = {"shop"}; }) ==
        "windlass.yaml: error: database main has tenants, each with a schema of its own, and names schemas "
        "besides\n"
        "  help: Leave out schemas and defaultSchema.\n");
  CHECK(with_tenants([](auto& p) { p.databases[0].tenants->deadline = Milliseconds(16 * 60'000); }) ==
        "windlass.yaml: error: database main has tenants, each may take 16m, and all of a shard 15m\n"
        "  help: Make migration.limits.deadline longer, or tenants.deadline shorter.\n");
  CHECK(
      with_tenants([](auto& p) { p.databases[0].tenants->shards = 3; }) ==
      "windlass.yaml: error: database main has tenants, whose shards run in 3 rounds of 15m, and the Job "
      "ends after 30m\n"
      "  help: Make kubernetes.activeDeadline longer, or give tenants.parallelism more shards at a time.\n");
}

}  // namespace windlass::generator
