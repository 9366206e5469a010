#include "generator/manifests/kustomize.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

project::Project project_for(const std::string& environment) {
  auto project = sample_project();
  project.environment = environment;
  project.kubernetes.namespace_name = "shop-" + environment;
  return project;
}

std::vector<RenderedEnvironment> environments() {
  std::vector<RenderedEnvironment> all;
  for (const auto name : {"dev", "prod"}) {
    const auto project = project_for(name);
    all.push_back({project, sample_render(project, plain())});
  }
  return all;
}

std::vector<std::string> paths(const Rendered& rendered) {
  std::vector<std::string> all;
  for (const auto& object : rendered.objects) all.push_back(object.path);
  return all;
}

}  // namespace

TEST_CASE("one environment: its kustomization lists the objects in their order") {
  auto rendered = sample_render(sample_project(), plain());
  add_kustomization(rendered, sample_project());
  const auto& kustomization = rendered.extras.at(0);
  CHECK(kustomization.path == "kustomization.yaml");
  CHECK(kustomization.text.starts_with(first_line(sample_project()) + "\n"));
  CHECK(text_at(kustomization.tree, {"sortOptions", "order"}) == "fifo");
  std::vector<std::string> listed;
  for (const auto& path : list_at(kustomization.tree, {"resources"})) listed.push_back(*path.text());
  CHECK(listed == paths(rendered));
}

TEST_CASE("several environments: what they share lies in the base, without namespace and environment") {
  const auto folders = make_overlays(environments());
  REQUIRE(folders.size() == 4);
  CHECK(folders[0].path.empty());
  CHECK(folders[0].rendered.objects.empty());
  CHECK(folders[1].path == "base");
  // The accounts have nothing of an environment in them here, nor have the scripts and the marker.
  CHECK(paths(folders[1].rendered) ==
        std::vector<std::string>{"10-support/configmap-storefront-queries-0.yaml",
                                 "10-support/configmap-storefront-sql-0.yaml",
                                 "10-support/serviceaccount-storefront-migrate.yaml",
                                 "40-release/configmap-storefront-migration-set.yaml",
                                 "40-release/serviceaccount-storefront-rollback.yaml"});
  for (const auto& object : folders[1].rendered.objects) {
    CHECK(object.tree.find({"metadata", "namespace"}) == nullptr);
    CHECK(object.tree.find({"metadata", "labels", "windlass.dev/environment"}) == nullptr);
    CHECK(object.text.find("environment") == std::string::npos);
  }
}

TEST_CASE("several environments: an overlay holds its own objects and gives the base what it lacks") {
  const auto folders = make_overlays(environments());
  const auto& prod = folders.at(3);
  CHECK(prod.path == "overlays/prod");
  CHECK(paths(prod.rendered) == std::vector<std::string>{"20-backup/job-storefront-backup.yaml",
                                                         "30-migrate/job-storefront-migrate.yaml",
                                                         "40-release/cronjob-storefront-rollback.yaml",
                                                         "50-verify/job-storefront-verify.yaml"});
  CHECK(prod.rendered.snippets.size() == 1);
  const auto& kustomization = prod.rendered.extras.at(0).tree;
  CHECK(text_at(kustomization, {"namespace"}) == "shop-prod");
  CHECK(list_at(kustomization, {"resources"}).at(0) == "../../base");
  CHECK(list_at(kustomization, {"resources"}).size() == 5);
  CHECK(text_at(list_at(kustomization, {"labels"}).at(0), {"pairs", "windlass.dev/environment"}) == "prod");
}

TEST_CASE("an overlay of an environment that is not rendered now is not left on a base that changes") {
  const TemporaryDirectory output("windlass-test-");
  const auto folders = make_overlays(environments());
  write_file_atomically(output.path() / "overlays/prod/kustomization.yaml", "resources: []\n");
  refuse_other_overlays(output.path(), folders);
  write_file_atomically(output.path() / "overlays/notes/README.md", "no overlay\n");
  refuse_other_overlays(output.path(), folders);
  write_file_atomically(output.path() / "overlays/staging/kustomization.yaml", "resources: []\n");
  try {
    refuse_other_overlays(output.path(), folders);
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kConfiguration);
    CHECK(error.what() == (output.path() / "overlays/staging").string() + " is an overlay on the same base");
    CHECK(error.hint() == "Render its environment with the others, or remove the folder.");
  }
}

}  // namespace windlass::generator
