#include "generator/manifests/manifests.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/project/load.hpp"
#include "generator/manifests/project_files.hpp"
#include "generator/render/embedded_templates.hpp"
#include "tests/unit/generator/manifests/project_folder.hpp"

namespace windlass::generator {
namespace {

template <typename Call>
Error error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ExitCode::kDone, "nothing was thrown");
}

}  // namespace

TEST_CASE("a project with scripts becomes manifests that pass the checks") {
  const ProjectFolder folder;
  folder.add("sql/V1__a.sql", "select 1;\n");
  const auto rendered =
      make_manifests(folder.project, read_files(folder.project), Templates::built_in(), argocd_presync());
  CHECK(rendered.objects.size() == 8);
  CHECK(rendered.snippets.size() == 1);
}

TEST_CASE("the order of keys in windlass.yaml changes no byte") {
  const ProjectFolder folder;
  folder.add("sql/V1__a.sql", "select 1;\n");
  const auto stream_of = [&](const std::string& spec) {
    const auto loaded = project::load_project_text(
        "apiVersion: windlass.dev/v1\nkind: ProjectConfig\nmetadata: {name: shop}\nspec:\n" + spec,
        (folder / "windlass.yaml").string(), "prod");
    INFO(to_text(loaded.diagnostics));
    REQUIRE(loaded.project.has_value());
    std::string stream;
    for (const auto& object :
         make_manifests(*loaded.project, read_files(*loaded.project), Templates::built_in(), argocd_presync())
             .objects)
      stream += object.text;
    return stream;
  };
  const std::string one = stream_of(
      "  databases: {a: {name: one}, b: {name: two}}\n"
      "  kubernetes: {namespace: shop, labels: {tier: db, cost: low}, env: {B: \"2\", A: \"1\"}}\n"
      "  migration: {placeholders: {pen: \"1\", ink: \"2\"}, limits: {retries: 3, deadline: 1m}}\n"
      "  environments: {prod: {backup: {retention: 2}}, dev: {backup: {retention: 1}}}\n");
  const std::string other = stream_of(
      "  environments: {dev: {backup: {retention: 1}}, prod: {backup: {retention: 2}}}\n"
      "  migration: {limits: {deadline: 1m, retries: 3}, placeholders: {ink: \"2\", pen: \"1\"}}\n"
      "  kubernetes: {env: {A: \"1\", B: \"2\"}, labels: {cost: low, tier: db}, namespace: shop}\n"
      "  databases: {b: {name: two}, a: {name: one}}\n");
  CHECK(one == other);
}

TEST_CASE("faulty scripts and a faulty project end in their exit codes with everything said") {
  const ProjectFolder folder;
  folder.add("sql/V1__a.sql", "select 1;\n");
  folder.add("sql/V1.0__b.sql", "select 1;\n");
  auto error = error_of([&] {
    make_manifests(folder.project, read_files(folder.project), Templates::built_in(), argocd_presync());
  });
  CHECK(error.code() == ExitCode::kInvalidScripts);
  CHECK(std::string(error.what()) == "the scripts have 1 error");
  CHECK_FALSE(error.details().empty());

  std::filesystem::remove(folder / "sql/V1.0__b.sql");
  auto project = folder.project;
  project.kubernetes.run_as_user = 0;
  error = error_of(
      [&] { make_manifests(project, read_files(project), Templates::built_in(), argocd_presync()); });
  CHECK(error.code() == ExitCode::kConfiguration);
  CHECK(std::string(error.what()) == project.file + " cannot be rendered: 1 error");
  CHECK(error.details().find("error: the hook would run as root") != std::string::npos);
}

TEST_CASE("a template that breaks a rule is caught before anything is written") {
  const ProjectFolder folder;
  folder.add("sql/V1__a.sql", "select 1;\n");
  for (const auto& embedded : embedded_templates()) {
    if (embedded.name != "job") continue;
    std::string text(embedded.text);
    text.insert(text.find("  completions:"), "  suspend: true\n");
    folder.add("templates/job.yaml", text);
  }
  const auto error = error_of([&] {
    make_manifests(folder.project, read_files(folder.project),
                   Templates::with_overrides(folder / "templates"), argocd_presync());
  });
  CHECK(error.code() == ExitCode::kConfiguration);
  CHECK(std::string(error.what()) == "the manifests break rule E3; nothing was written");
  CHECK(error.hint() ==
        "Without the templates of --templates and spec.patches they break none: docs/manifests.md says what "
        "each "
        "rule is for.");
  CHECK(error.details().find(
            "E3: 30-presync-job-storefront-migrate.yaml: Argo CD takes a suspended and resumed Job "
            "for healthy\n") != std::string::npos);
}

}  // namespace windlass::generator
