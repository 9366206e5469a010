#include "generator/rehearse/sync_order.hpp"

#include <catch2/catch.hpp>

#include "core/base/error.hpp"

using namespace windlass;
using namespace windlass::generator;
using nlohmann::json;

namespace {

json object(const std::string& kind, const std::string& name, json annotations = json::object()) {
  return {{"kind", kind}, {"metadata", {{"name", name}, {"annotations", std::move(annotations)}}}};
}

json hook(const std::string& kind, const std::string& name, const std::string& phase,
          const std::string& wave = "0") {
  return object(kind, name, {{"argocd.argoproj.io/hook", phase}, {"argocd.argoproj.io/sync-wave", wave}});
}

std::vector<std::string> order_of(const std::vector<json>& documents) {
  std::vector<std::string> names;
  for (const auto& each : in_sync_order(documents).objects) {
    names.push_back(std::string(sync_phase_name(each.phase)) + " " + std::to_string(each.wave) + " " +
                    each.label());
  }
  return names;
}

}  // namespace

TEST_CASE("objects are ordered by phase, wave, kind and name, as gitops-engine orders them") {
  CHECK(order_of({hook("Job", "verify", "PostSync", "2"), object("Deployment", "shop"),
                  hook("Job", "migrate", "PreSync"), hook("ConfigMap", "sql-1", "PreSync", "-5"),
                  hook("Job", "backup", "PreSync", "-1"), hook("ConfigMap", "sql-0", "PreSync", "-5"),
                  hook("ServiceAccount", "migrate", "PreSync", "-5"), object("Certificate", "own-kind"),
                  object("CronJob", "rollback")}) ==
        std::vector<std::string>{"PreSync -5 ServiceAccount/migrate", "PreSync -5 ConfigMap/sql-0",
                                 "PreSync -5 ConfigMap/sql-1", "PreSync -1 Job/backup",
                                 "PreSync 0 Job/migrate", "Sync 0 Deployment/shop", "Sync 0 CronJob/rollback",
                                 "Sync 0 Certificate/own-kind", "PostSync 2 Job/verify"});
}

TEST_CASE("Helm's hooks are mapped as Argo CD maps them, and give way to Argo CD's own") {
  const auto helm = [](const std::string& value) {
    return object("Job", "job", {{"helm.sh/hook", value}, {"helm.sh/hook-weight", "3"}});
  };
  CHECK(order_of({helm("pre-install,pre-upgrade")}) == std::vector<std::string>{"PreSync 3 Job/job"});
  CHECK(order_of({helm("post-upgrade")}) == std::vector<std::string>{"PostSync 3 Job/job"});
  CHECK(order_of({object("Job", "job",
                         {{"helm.sh/hook", "pre-install"}, {"argocd.argoproj.io/hook", "PostSync"}})}) ==
        std::vector<std::string>{"PostSync 0 Job/job"});
}

TEST_CASE("an object of two phases stands in both") {
  CHECK(order_of({hook("Job", "job", "PreSync, PostSync")}) ==
        std::vector<std::string>{"PreSync 0 Job/job", "PostSync 0 Job/job"});
}

TEST_CASE("what Argo CD drops without a word is named") {
  for (const auto* phase : {"presync", "Skip", "SyncFail"}) {
    const auto order = in_sync_order({hook("Job", "job", phase)});
    CHECK(order.objects.empty());
    CHECK(order.ignored ==
          std::vector<std::string>{"Job/job: its hook annotation names no phase that a sync runs"});
  }
  CHECK(in_sync_order({object("Job", "job", {{"helm.sh/hook", "test"}})}).objects.empty());
}

TEST_CASE("a document without kind or name is refused") {
  const std::string message = "a Kubernetes object has no kind or no metadata.name";
  CHECK_THROWS_WITH(in_sync_order({json{{"metadata", {{"name", "x"}}}}}), message);
  CHECK_THROWS_WITH(in_sync_order({json{{"kind", "Job"}}}), message);
  CHECK_THROWS_WITH(in_sync_order({json{{"kind", "Job"}, {"metadata", {{"name", 1}}}}}), message);
}
