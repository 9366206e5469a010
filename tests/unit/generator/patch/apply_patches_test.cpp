#include "generator/patch/apply_patches.hpp"

#include <catch2/catch.hpp>

#include "core/base/error.hpp"
#include "core/project/load.hpp"

namespace windlass::generator {
namespace {

Manifest object(const std::string& kind, const std::string& name, const std::string& component,
                const std::string& database = "main") {
  return {name + ".yaml",
          Members{{"apiVersion", "v1"},
                  {"kind", kind},
                  {"metadata", Members{{"name", name},
                                       {"namespace", "shop"},
                                       {"labels", Members{{"app.kubernetes.io/component", component},
                                                          {"windlass.dev/database", database}}}}}},
          "old"};
}

Rendered some_objects() {
  return {&argocd_presync(),
          {object("Job", "shop-backup-0123abcd", "backup"), object("Job", "shop-migrate-0123abcd", "migrate"),
           object("Job", "shop-audit-migrate-0123abcd", "migrate", "audit"),
           object("ConfigMap", "shop-migration-set", "marker")},
          {},
          {}};
}

project::Project with_patches(const std::string& patches) {
  const auto loaded = project::load_project_text(
      "apiVersion: v1\nkind: ProjectConfig\nmetadata: {name: shop}\n"
      "spec: {databases: {main: {name: shop}, audit: {name: audit}}, patches: {" +
          patches + "}}\n",
      "windlass.yaml", "");
  INFO(to_text(loaded.diagnostics));
  REQUIRE(loaded.project.has_value());
  return *loaded.project;
}

const std::string kMerge = "merge: {metadata: {annotations: {a: \"1\"}}}";

// The names of what the target selects.
std::string selected(const std::string& target) {
  auto rendered = some_objects();
  const auto applied = apply_patches(rendered, with_patches("p: {target: {" + target + "}, " + kMerge + "}"));
  std::string names;
  for (const auto& [path, patches] : applied) names += path.substr(0, path.find('.')) + " ";
  return names;
}

std::string faults_of(const std::string& patches) {
  auto rendered = some_objects();
  try {
    apply_patches(rendered, with_patches(patches));
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kConfiguration);
    return std::string(error.what()) + "\n" + error.details();
  }
  return "";
}

}  // namespace

TEST_CASE("a target selects by kind, name, phase and database") {
  CHECK(selected("") ==
        "shop-audit-migrate-0123abcd shop-backup-0123abcd shop-migrate-0123abcd shop-migration-set ");
  CHECK(selected("kind: ConfigMap") == "shop-migration-set ");
  CHECK(selected("name: shop-migrate") == "shop-migrate-0123abcd ");
  CHECK(selected("name: shop-migrate-0123abcd") == "shop-migrate-0123abcd ");
  CHECK(selected("name: shop-*migrat*") ==
        "shop-audit-migrate-0123abcd shop-migrate-0123abcd shop-migration-set ");
  CHECK(selected("phase: migrate, database: audit") == "shop-audit-migrate-0123abcd ");
}

TEST_CASE("patches are applied in their order, and the text says what the tree says") {
  auto rendered = some_objects();
  const auto applied =
      apply_patches(rendered, with_patches("one: {target: {kind: ConfigMap}, " + kMerge +
                                           "}, two: {target: {kind: ConfigMap}, json: [{op: replace, path: "
                                           "/metadata/annotations/a, value: two}]}"));
  CHECK(applied == AppliedPatches{{"shop-migration-set.yaml", {"one", "two"}}});
  const auto& map = rendered.objects.back();
  CHECK(text_at(map.tree, {"metadata", "annotations", "a"}) == "two");
  CHECK(map.text.starts_with(
      "# rendered by windlass for shop: change windlass.yaml and render again\napiVersion: v1\n"));
  CHECK(map.text.find("    a: two\n") != std::string::npos);
  CHECK(rendered.objects.front().text == "old");
}

TEST_CASE("every patch that misses is reported with its place, all at once") {
  CHECK(faults_of("a: {target: {kind: Jop}, " + kMerge + "}, b: {target: {kind: Job, name: shop}, " + kMerge +
                  "}, c: {target: {kind: Job, phase: backup}, merge: {kind: Job}}") ==
        "the patches have 3 errors; nothing was written\n"
        "windlass.yaml:4:85: error: the patch a selects no object\n  help: Did you mean \"Job\"?\n"
        "windlass.yaml:4:155: error: the patch b selects no object\n"
        "  help: There are Job shop-audit-migrate, Job shop-backup, Job shop-migrate.\n"
        "windlass.yaml:4:228: error: the patch c leaves 1 object as rendered\n"
        "  help: Remove it, or say what is to change.\n");
  CHECK(faults_of("a: {target: {kind: Widget}, " + kMerge + "}").find("The kinds here are ConfigMap, Job.") !=
        std::string::npos);
}

TEST_CASE("a patch that fails names the object, once") {
  CHECK(faults_of("a: {target: {kind: Job}, json: [{op: remove, path: /spec}]}") ==
        "the patches have 1 error; nothing was written\n"
        "windlass.yaml:4:105: error: the patch a on Job shop-backup: remove /spec cannot be done: key 'spec' "
        "not found\n"
        "  help: Look at the rendered object; add needs what is above the place to be there.\n");
}

TEST_CASE("an object keeps its kind, name and namespace") {
  CHECK(faults_of("a: {target: {kind: ConfigMap}, merge: {metadata: {namespace: other}}}")
            .find("error: the patch a changes the namespace of ConfigMap shop-migration-set\n"
                  "  help: Names and namespaces come from metadata.name and spec.kubernetes.\n") !=
        std::string::npos);
  CHECK(faults_of("a: {target: {kind: ConfigMap}, json: [{op: remove, path: /metadata}]}")
            .find("changes the name of") != std::string::npos);
}

}  // namespace windlass::generator
