#include "generator/plan/observability.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "generator/plan/dashboard.hpp"
#include "tests/unit/generator/sample_project.hpp"

// That the chart fills in the same is shown by tests/peers/parity_test.py, and what the alerts fire for by
// tests/peers/alerts_test.py.
namespace windlass::generator {

TEST_CASE("every value of the file is filled in, and what is Grafana's own is left to it") {
  const auto project = sample_project();
  std::string text = observability(project, project.databases.front()).dump();
  const std::string grafanas = "${datasource}";
  int kept = 0;
  for (auto at = text.find(grafanas); at != std::string::npos; at = text.find(grafanas)) {
    text.erase(at, grafanas.size());
    ++kept;
  }
  CHECK(kept > 0);
  CHECK(text.find("${") == std::string::npos);
}

TEST_CASE("a value that looks like another one's place is left as it is") {
  auto project = sample_project();
  project.name = "${jobs}";
  const auto filled = observability(project, project.databases.front());
  CHECK(filled["dashboard"]["title"] == "Migrations of ${jobs}, prod");
}

TEST_CASE("a dashboard has the panels of each database below those of the one before, by their keys") {
  auto project = sample_project();
  project.databases.push_back(sample_database("audit"));
  const auto panels = nlohmann::json::parse(dashboard_json(project))["panels"];
  REQUIRE(panels.size() == 14);
  CHECK(panels[0]["title"] == "database audit");
  CHECK(panels[7]["title"] == "database main");
  CHECK(panels[7]["gridPos"]["y"] == 17);
  for (std::size_t i = 0; i < panels.size(); ++i) CHECK(panels[i]["id"] == i + 1);
}

TEST_CASE("a dashboard keeps its uid from render to render, and each environment has its own") {
  auto project = sample_project();
  const auto uid = [&] { return nlohmann::json::parse(dashboard_json(project))["uid"].get<std::string>(); };
  const auto first = uid();
  CHECK(first.size() == 16);
  project.alerts.failure_percent = 50;
  CHECK(uid() == first);
  project.environment = "dev";
  CHECK(uid() != first);
}

}  // namespace windlass::generator
