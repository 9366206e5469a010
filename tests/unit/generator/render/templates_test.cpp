#include "generator/render/templates.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "generator/render/embedded_templates.hpp"
#include "generator/render/render.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

Members account_values() {
  return {{"name", "a"}, {"namespace", "n"}, {"labels", Members{{"x", "y"}}}, {"annotations", Tree()}};
}

// What with_overrides or a render with them throws.
std::string fault_of(const std::filesystem::path& folder) {
  try {
    const auto templates = Templates::with_overrides(folder);
    const auto project = sample_project();
    render(make_plan(project, sample_files_of(project), argocd_presync()), templates, project);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kConfiguration);
    return error.what() + std::string("\n") + error.details();
  }
  return "no fault";
}

}  // namespace

TEST_CASE("a placeholder becomes its value, and what is absent leaves no trace") {
  const auto templates = Templates::built_in();
  const Tree tree = templates.expand(FromTemplate{"service_account", account_values()});
  CHECK(tree ==
        Members{{"apiVersion", "v1"},
                {"kind", "ServiceAccount"},
                {"metadata", Members{{"name", "a"}, {"namespace", "n"}, {"labels", Members{{"x", "y"}}}}},
                {"automountServiceAccountToken", false}});
}

TEST_CASE("a value that looks like a placeholder is a value") {
  auto values = account_values();
  values[0].value = "${namespace}";
  CHECK(text_at(Templates::built_in().expand(FromTemplate{"service_account", values}),
                {"metadata", "name"}) == "${namespace}");
}

TEST_CASE("templates inside values are filled in too") {
  const Tree tree =
      List{FromTemplate{"service_account", account_values()}, Tree(), Members{{"a", Tree()}, {"b", 1}}};
  const Tree expanded = Templates::built_in().expand(tree);
  REQUIRE(expanded.list()->size() == 2);
  CHECK(text_at(expanded.list()->at(0), {"kind"}) == "ServiceAccount");
  CHECK(expanded.list()->at(1) == Members{{"b", 1}});
}

TEST_CASE("missing and unused values are errors that name the template") {
  auto values = account_values();
  values.erase(values.begin());
  values.push_back({"extra", 1});
  try {
    Templates::built_in().expand(FromTemplate{"service_account", values});
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kConfiguration);
    CHECK(std::string(error.what()) == "the template service_account.yaml does not fit");
    CHECK(error.details() ==
          "service_account.yaml: error: nothing uses ${extra}\n"
          "  help: Put a member with the value ${extra} where the built-in template has it.\n"
          "service_account.yaml:5:9: error: no value for ${name}\n"
          "  help: The values here are namespace, labels, annotations, extra.\n");
  }
}

TEST_CASE("a template of one's own takes the place of the built-in one") {
  const TemporaryDirectory folder("windlass-test-");
  std::string text;
  for (const auto& embedded : embedded_templates()) {
    if (embedded.name == "pod") text = embedded.text;
  }
  REQUIRE_FALSE(text.empty());
  write_file_atomically(folder.path() / "pod.yaml", text + "  hostname: runner\n");
  const auto project = sample_project();
  const auto rendered = render(make_plan(project, sample_files_of(project), argocd_presync()),
                               Templates::with_overrides(folder.path()), project);
  CHECK(text_at(manifest_at(rendered, "30-presync-job-storefront-migrate.yaml").tree,
                {"spec", "template", "spec", "hostname"}) == "runner");
}

TEST_CASE("faults of templates of one's own are all reported") {
  const TemporaryDirectory folder("windlass-test-");
  const std::string at = folder.path().string();
  CHECK(fault_of(folder.path()) == "no templates in " + at + "\n");
  CHECK(fault_of(folder.path() / "missing") == "no templates in " + at + "/missing\n");

  write_file_atomically(folder.path() / "jobs.yaml", "a: 1\n");
  write_file_atomically(folder.path() / "job.yaml", "a: x${b}\n");
  CHECK(fault_of(folder.path()) ==
        "the templates in " + at + " cannot be used\n" + at +
            "/job.yaml:1:4: error: a placeholder must be the whole value\n"
            "  a: x${b}\n"
            "     ^\n"
            "  help: Write key: ${name}; text around a placeholder belongs into the "
            "configuration.\n" +
            at +
            "/jobs.yaml: error: there is no template of this name\n"
            "  help: Did you mean job.yaml?\n");
}

TEST_CASE("a template of one's own that forgets a value is told so") {
  const TemporaryDirectory folder("windlass-test-");
  write_file_atomically(folder.path() / "service_account.yaml", "kind: ServiceAccount\n");
  const std::string fault = fault_of(folder.path());
  CHECK(fault.find("service_account.yaml does not fit") != std::string::npos);
  CHECK(fault.find("error: nothing uses ${name}\n") != std::string::npos);
}

}  // namespace windlass::generator
