#include "generator/plan/alerts.hpp"

#include <catch2/catch.hpp>

#include "generator/plan/target.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

constexpr const char* kPath = "40-sync-prometheusrule-storefront-alerts.yaml";

project::Project project_with_alerts() {
  auto project = sample_project();
  project.alerts.enabled = true;
  return project;
}

const List& rules_of(const List& groups) { return list_at(groups.at(0), {"rules"}); }

bool says(const Tree& rule, std::string_view expected) {
  return text_at(rule, {"expr"}).find(expected) != std::string_view::npos;
}

Tree long_rule(const project::Project& project) { return rules_of(alert_groups(project))[1]; }

}  // namespace

TEST_CASE("a PrometheusRule is rendered when it is asked for, with the labels by which it is found") {
  for (const auto& object : sample_render().objects)
    CHECK(text_at(object.tree, {"kind"}) != "PrometheusRule");
  auto project = project_with_alerts();
  project.alerts.labels = {{"release", "prometheus"}, {"windlass.dev/project", "not ours to lose"}};
  const auto rendered = sample_render(project);
  const auto& rule = manifest_at(rendered, kPath).tree;
  CHECK(text_at(rule, {"metadata", "labels", "release"}) == "prometheus");
  CHECK(text_at(rule, {"metadata", "labels", "windlass.dev/project"}) == "storefront");
  CHECK(rule.find({"metadata", "annotations"}) == nullptr);  // tracked, in no wave of its own
}

TEST_CASE("each database has a group whose alerts select its Jobs and no others") {
  auto project = project_with_alerts();
  project.databases.push_back(sample_database("audit"));
  const auto groups = alert_groups(project);
  REQUIRE(groups.size() == 2);
  CHECK(text_at(groups[0], {"name"}) == "storefront-audit-migrations");
  for (const auto& rule : rules_of(groups)) {
    CHECK(text_at(rule, {"labels", "database"}) == "audit");
    CHECK(text_at(rule, {"labels", "environment"}) == "prod");
    CHECK(says(rule, R"(namespace="shop",job_name=~"storefront-audit-backup-[0-9a-f]{8}|)"
                     R"(storefront-audit-migrate-[0-9a-f]{8}|storefront-audit-verify-[0-9a-f]{8}|)"
                     R"(storefront-audit-contract-[0-9a-f]{8}")"));
  }
}

TEST_CASE("the names that alerts select by are those of the rendered Jobs, also of a name that was cut") {
  auto project = project_with_alerts();
  project.name = std::string(52, 'n');
  const auto groups = alert_groups(project);
  const std::string expression(text_at(rules_of(groups)[0], {"expr"}));
  int jobs = 0;
  for (const auto& object : sample_render(project).objects) {
    if (text_at(object.tree, {"kind"}) != "Job") continue;
    const std::string name(text_at(object.tree, {"metadata", "name"}));
    CHECK(expression.find(name.substr(0, name.size() - 8) + "[0-9a-f]{8}") != std::string::npos);
    ++jobs;
  }
  CHECK(jobs == 3);
}

TEST_CASE("a Job runs long after half of its deadline, or after what the project says") {
  auto project = project_with_alerts();
  CHECK(says(long_rule(project), "> 900\n"));
  project.alerts.long_running = Milliseconds{60'000};
  CHECK(says(long_rule(project), "> 60\n"));
}

TEST_CASE("that nobody ran is told only when the project says after which time") {
  auto project = project_with_alerts();
  project.environment = "";
  CHECK(rules_of(alert_groups(project)).size() == 3);
  project.alerts.not_run_for = Milliseconds{3600'000};
  const auto groups = alert_groups(project);
  REQUIRE(rules_of(groups).size() == 4);
  CHECK(text_at(rules_of(groups)[3], {"alert"}) == "WindlassNotRun");
  CHECK(says(rules_of(groups)[3], R"(job_name=~"storefront-migrate-[0-9a-f]{8}"}[3600s])"));
  CHECK(rules_of(groups)[3].find({"labels", "environment"}) == nullptr);
}

}  // namespace windlass::generator
