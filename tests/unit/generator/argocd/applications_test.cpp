#include "generator/argocd/applications.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

using project::Promoter;

PromotedProject promoted(const std::string& name, Promoter by, const std::vector<std::string>& order) {
  PromotedProject result{sample_project(), {}};
  result.project.name = name;
  result.project.environment.clear();
  result.project.argocd.repo_url = "https://git.example.com/apps.git";
  result.project.promotion = {by, order};
  for (const auto& environment : order) {
    result.environments.push_back(result.project);
    result.environments.back().environment = environment;
  }
  return result;
}

Tree tree_of_object(const PlannedFile& file) { return Templates::built_in().expand(file.tree); }

std::vector<std::string> paths_of(const std::vector<PlannedFile>& files) {
  std::vector<std::string> paths;
  for (const auto& file : files) paths.push_back(file.path);
  return paths;
}

std::vector<std::string> faults_of(const std::vector<PromotedProject>& projects) {
  std::vector<std::string> messages;
  const auto faults = promotion_faults(projects);
  for (const auto& fault : faults.list()) messages.push_back(fault.message);
  return messages;
}

}  // namespace

TEST_CASE("a pipeline gets Applications that nothing syncs by itself, and a role that may sync them") {
  const auto objects = project_objects(promoted("shop", Promoter::kPipeline, {"dev", "prod"}), "argocd");
  CHECK(paths_of(objects) == std::vector<std::string>{"application-shop-dev.yaml",
                                                      "application-shop-prod.yaml", "appproject-shop.yaml"});
  const Tree application = tree_of_object(objects.front());
  CHECK(text_at(application, {"metadata", "name"}) == "shop-dev");
  CHECK(text_at(application, {"spec", "source", "path"}) == "deploy/dev");
  CHECK(application.find({"spec", "syncPolicy", "automated"}) == nullptr);
  CHECK(application.find({"metadata", "finalizers"}) == nullptr);
  CHECK(list_at(tree_of_object(objects.back()), {"spec", "roles"}).size() == 1);
}

TEST_CASE("where Argo CD promotes, nobody else gets a role, and the set makes the Applications") {
  const auto shop = promoted("shop", Promoter::kArgoCd, {"dev", "prod"});
  const auto objects = project_objects(shop, "argocd");
  CHECK(paths_of(objects) == std::vector<std::string>{"appproject-shop.yaml"});
  CHECK(tree_of_object(objects.front()).find({"spec", "roles"}) == nullptr);
  const Tree set = tree_of_object(application_set({shop}, "shop", "argocd"));
  CHECK(list_at(set, {"spec", "strategy", "rollingSync", "steps"}).size() == 2);
  CHECK(list_at(set.find({"spec", "generators"})->list()->front(), {"list", "elements"}).size() == 2);
  CHECK(set.find({"spec", "template", "spec", "syncPolicy", "automated"}) == nullptr);
}

TEST_CASE("an environment's own labels are left out of a set that makes them all from one template") {
  auto shop = promoted("shop", Promoter::kArgoCd, {"dev", "prod"});
  for (auto& each : shop.environments) each.labels = {{"team", "shop"}, {"tier", each.environment}};
  const Tree set = tree_of_object(application_set({shop}, "shop", "argocd"));
  const auto label = [&](std::string_view key) {
    return text_at(set, {"spec", "template", "metadata", "labels", key});
  };
  CHECK(label("team") == "shop");
  CHECK(label("tier").empty());
  CHECK(label("windlass.dev/environment") == "{{.environment}}");
}

TEST_CASE("what cannot be promoted is said for every project") {
  const auto shop = promoted("shop", Promoter::kArgoCd, {"dev", "prod"});
  CHECK(faults_of({shop, promoted("carts", Promoter::kArgoCd, {"dev", "prod"})}).empty());
  CHECK(faults_of({shop, promoted("carts", Promoter::kArgoCd, {"prod", "dev"}),
                   promoted("users", Promoter::kPipeline, {"dev", "prod"})}) ==
        std::vector<std::string>{"project carts is promoted otherwise than shop",
                                 "project users is promoted otherwise than shop"});
  auto nowhere = shop;
  nowhere.environments.back().argocd.repo_url.clear();
  CHECK(faults_of({nowhere}) == std::vector<std::string>{"environment prod has no argocd.repoUrl"});
  CHECK(faults_of({promoted("shop", Promoter::kPipeline, {})}) ==
        std::vector<std::string>{"project shop has no environments"});
}

}  // namespace windlass::generator
