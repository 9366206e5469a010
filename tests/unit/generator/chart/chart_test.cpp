#include "generator/chart/chart.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

std::vector<Manifest> sample_chart() {
  const auto project = sample_project();
  const auto rendered = sample_render(project, helm());
  return make_chart({rendered, rendered}, project);
}

const Manifest& file_at(const std::vector<Manifest>& files, const std::string& path) {
  for (const auto& file : files) {
    if (file.path == path) return file;
  }
  throw std::runtime_error("no file " + path);
}

}  // namespace

TEST_CASE("a chart holds what Helm reads, the project's values, and the scripts byte for byte") {
  const auto files = sample_chart();
  CHECK(file_at(files, "Chart.yaml").text.starts_with("apiVersion: v2\nname: storefront\n"));
  CHECK(file_at(files, "templates/migrate.yaml").text.find("windlass.job") != std::string::npos);
  CHECK(file_at(files, "templates/_helpers.tpl").text.find("windlass.hook") != std::string::npos);
  CHECK(file_at(files, "values.schema.json").text.starts_with("{"));
  CHECK(file_at(files, "values.yaml")
            .text.starts_with(first_line(sample_project()) + "\nproject: storefront\n"));
  CHECK(file_at(files, "files/storefront-sql-0/sql_V1__a.sql").text == "create table a();\n");
}

TEST_CASE("a chart's list names every file of it, so that a later render knows them again") {
  const auto files = sample_chart();
  std::string expected = first_line(sample_project()) + "\n";
  for (const auto& file : files) {
    if (file.path != kRenderedList) expected += file.path + "\n";
  }
  CHECK(file_at(files, std::string(kRenderedList)).text == expected);
  CHECK(file_at(files, ".helmignore").text.find("rendered.txt\n") != std::string::npos);
}

}  // namespace windlass::generator
