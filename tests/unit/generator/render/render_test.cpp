#include "generator/render/render.hpp"

#include <yaml-cpp/yaml.h>

#include <catch2/catch.hpp>

#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {

TEST_CASE("every file begins with the line by which its project knows it again") {
  auto project = sample_project();
  const auto rendered = sample_render(project);
  for (const auto* list : {&rendered.objects, &rendered.snippets}) {
    for (const auto& manifest : *list) {
      CHECK(
          manifest.text.starts_with("# rendered by windlass for storefront, environment prod: change "
                                    "windlass.yaml and render again\n"));
    }
  }
  project.environment.clear();
  CHECK(first_line(project) ==
        "# rendered by windlass for storefront: change windlass.yaml and render again");
}

TEST_CASE("an object's text is one YAML document that says what its tree says") {
  for (const auto& object : sample_render().objects) {
    const auto documents = YAML::LoadAll(object.text);
    REQUIRE(documents.size() == 1);
    CHECK(documents[0]["kind"].as<std::string>() == text_at(object.tree, {"kind"}));
    CHECK(documents[0]["metadata"]["name"].as<std::string>() == text_at(object.tree, {"metadata", "name"}));
  }
}

TEST_CASE("scripts can be read in the ConfigMap that carries them") {
  const auto rendered = sample_render();
  CHECK(manifest_at(rendered, "10-presync-configmap-storefront-sql-0.yaml")
            .text.ends_with("data:\n  sql_V1__a.sql: |\n    create table a();\n  sql_V2__b.sql: |\n    "
                            "create table b();\n"));
}

TEST_CASE("the guard's snippet is a patch for the application's Deployment") {
  const auto rendered = sample_render();
  const auto& guard = manifest_at(rendered, "snippets/storefront-guard.yaml.txt");
  CHECK(text_at(guard.tree, {"kind"}) == "Deployment");
  const auto& container = list_at(guard.tree, {"spec", "template", "spec", "initContainers"}).at(0);
  CHECK(text_at(container, {"name"}) == "windlass-guard");
  CHECK(*container.find({"args"}) == List{"guard"});
  CHECK(env_value(container, "WINDLASS_EXPECT_VERSION") == "2");
  CHECK(container.find({"volumeMounts"}) == nullptr);
  CHECK(*container.find({"securityContext", "runAsUser"}) == 65532);
  CHECK(text_at(container, {"resources", "requests", "memory"}) == "64Mi");
}

}  // namespace windlass::generator
