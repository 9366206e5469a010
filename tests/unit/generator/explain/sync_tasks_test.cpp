#include "generator/explain/sync_tasks.hpp"

#include <catch2/catch.hpp>

#include "generator/explain/object.hpp"

using namespace windlass::generator::explain;
using nlohmann::json;

namespace {

json object(const std::string& kind, const std::string& name, json annotations = json::object()) {
  return {{"apiVersion", "v1"}, {"kind", kind}, {"metadata", {{"name", name}, {"annotations", annotations}}}};
}

json in_namespace(json body, const std::string& space) {
  body["metadata"]["namespace"] = space;
  return body;
}

std::vector<std::string> order_of(const std::vector<json>& bodies) {
  std::vector<const json*> pointers;
  for (const auto& body : bodies) pointers.push_back(&body);
  std::vector<std::string> lines;
  for (const auto& task : sync_tasks(pointers)) {
    lines.push_back(std::string(sync_phase_name(task.phase)) + " " + std::to_string(task.wave) + " " +
                    text_at(bodies[task.object], "/kind") + "/" +
                    text_at(bodies[task.object], "/metadata/name"));
  }
  return lines;
}

}  // namespace

TEST_CASE("a Namespace goes before the first object in it, with that one's phase and wave") {
  const auto hook =
      in_namespace(object("Job", "migrate",
                          {{"argocd.argoproj.io/hook", "PreSync"}, {"argocd.argoproj.io/sync-wave", "-3"}}),
                   "shop");
  CHECK(order_of({object("Namespace", "shop"), hook, object("Namespace", "other")}) ==
        std::vector<std::string>{"PreSync -3 Namespace/shop", "PreSync -3 Job/migrate",
                                 "Sync 0 Namespace/other"});
}

TEST_CASE("a custom resource definition goes before the first object of its kind") {
  auto crd = object("CustomResourceDefinition", "backups.db.example");
  crd["spec"] = {{"group", "db.example"}, {"names", {{"kind", "Backup"}}}};
  auto backup = object("Backup", "before", {{"argocd.argoproj.io/hook", "PreSync"}});
  backup["apiVersion"] = "db.example/v1";
  CHECK(order_of({crd, backup}) ==
        std::vector<std::string>{"PreSync 0 CustomResourceDefinition/backups.db.example",
                                 "PreSync 0 Backup/before"});
}

TEST_CASE("an object of two phases stands in both, one of none in neither") {
  CHECK(order_of({object("Job", "job", {{"argocd.argoproj.io/hook", "PreSync, PostSync"}}),
                  object("Job", "typo", {{"argocd.argoproj.io/hook", "presync"}}),
                  object("Job", "skip", {{"argocd.argoproj.io/hook", "Skip"}})}) ==
        std::vector<std::string>{"PreSync 0 Job/job", "PostSync 0 Job/job"});
}

TEST_CASE("a wave that is no number gives way to Helm's weight, and that to 0") {
  CHECK(
      argo_hook(object("Job", "a", {{"argocd.argoproj.io/sync-wave", "first"}, {"helm.sh/hook-weight", "4"}}))
          .wave == 4);
  CHECK(argo_hook(object("Job", "a", {{"argocd.argoproj.io/sync-wave", "+2"}})).wave == 2);
  CHECK(argo_hook(object("Job", "a", {{"argocd.argoproj.io/sync-wave", " 2"}})).wave == 0);
  CHECK(argo_hook(object("Job", "a", {{"argocd.argoproj.io/sync-wave", ""}})).wave == 0);
}

TEST_CASE("delete policies of both engines count together for Argo CD") {
  const auto policies = argo_hook(object("Job", "a",
                                         {{"argocd.argoproj.io/hook", "PreSync"},
                                          {"argocd.argoproj.io/hook-delete-policy", "HookSucceeded"},
                                          {"helm.sh/hook-delete-policy", "hook-failed"}}))
                            .policies;
  CHECK_FALSE(policies.before_creation);
  CHECK(policies.succeeded);
  CHECK(policies.failed);
  CHECK(argo_hook(object("Job", "a", {{"argocd.argoproj.io/hook-delete-policy", "never"}}))
            .policies.before_creation);
}

TEST_CASE("Helm has no default policy beside an unknown one") {
  CHECK(helm_hook(object("Job", "a", {{"helm.sh/hook", "pre-install"}})).policies.before_creation);
  CHECK_FALSE(helm_hook(object("Job", "a",
                               {{"helm.sh/hook", "pre-install"}, {"helm.sh/hook-delete-policy", "never"}}))
                  .policies.before_creation);
}
