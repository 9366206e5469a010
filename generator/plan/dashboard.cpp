#include "generator/plan/dashboard.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "core/base/digest.hpp"
#include "generator/plan/job_series.hpp"

namespace windlass::generator {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kColumns = 24;  // of Grafana's grid
constexpr int kHeight = 8;    // of a panel, in the grid's units
constexpr std::size_t kUidDigits = 16;

struct Panel {
  std::string_view type;
  std::string_view title;
  std::string_view says;
  std::string_view unit;
  std::string expression;
  std::string_view legend;
};

Json datasource() { return {{"type", "prometheus"}, {"uid", "${datasource}"}}; }

// What a week's Jobs came to, also those that are gone.
std::string ended(const JobSeries& jobs, std::string_view series) {
  return fmt::format(
      R"(count(max by (job_name) (max_over_time({}{{{},condition="true"}}[7d])) == 1) or vector(0))", series,
      jobs.all());
}

std::vector<Panel> panels_of(const JobSeries& jobs) {
  return {{"stat", "Failed and not cured", "Phases whose newest Job has failed.", "none",
           fmt::format("count({}) or vector(0)", newest_failed(jobs)), "failed"},
          {"stat", "Since a migration succeeded", "No value: none is known.", "s",
           fmt::format("time() - max(kube_job_status_completion_time{{{}}})", jobs.migrations()), "age"},
          {"stat", "Jobs of a week that succeeded", "By their names, also those that are gone.", "none",
           ended(jobs, "kube_job_complete"), "succeeded"},
          {"stat", "Jobs of a week that failed", "By their names, also those that are gone.", "none",
           ended(jobs, "kube_job_failed"), "failed"},
          {"timeseries", "Time that Jobs took", "From a Job's start to its success.", "s",
           fmt::format("max by (phase, job_name) (\n  {}\n  - {}\n)",
                       with_phase(fmt::format("kube_job_status_completion_time{{{}}}", jobs.all())),
                       with_phase(fmt::format("kube_job_status_start_time{{{}}}", jobs.all()))),
           "{{phase}} {{job_name}}"},
          {"timeseries", "Pods that run", "A Job that stays at 0 and does not end has no pod.", "none",
           fmt::format("max by (phase, job_name) ({})",
                       with_phase(fmt::format("kube_job_status_active{{{}}}", jobs.all()))),
           "{{phase}} {{job_name}}"}};
}

Json panel_json(const Panel& panel, int id, int x, int y, int width) {
  return {{"id", id},
          {"type", panel.type},
          {"title", panel.title},
          {"description", panel.says},
          {"datasource", datasource()},
          {"gridPos", {{"h", kHeight}, {"w", width}, {"x", x}, {"y", y}}},
          {"fieldConfig", {{"defaults", {{"unit", panel.unit}, {"min", 0}}}, {"overrides", Json::array()}}},
          {"options", Json::object()},
          {"targets",
           {{{"refId", "A"},
             {"datasource", datasource()},
             {"expr", panel.expression},
             {"legendFormat", panel.legend}}}}};
}

// A heading, then panels from left to right.
void add_database(Json& panels, const project::Project& project, const project::Database& database) {
  constexpr int kStatWidth = 6;
  int y = 0;
  for (const auto& panel : panels) y = panel["gridPos"]["y"].get<int>() + panel["gridPos"]["h"].get<int>();
  panels.push_back({{"id", static_cast<int>(panels.size()) + 1},
                    {"type", "row"},
                    {"title", fmt::format("database {}", database.key)},
                    {"collapsed", false},
                    {"gridPos", {{"h", 1}, {"w", kColumns}, {"x", 0}, {"y", y++}}},
                    {"panels", Json::array()}});
  int x = 0;
  for (const auto& panel : panels_of(JobSeries(project, database))) {
    const int width = panel.type == "stat" ? kStatWidth : kColumns / 2;
    panels.push_back(panel_json(panel, static_cast<int>(panels.size()) + 1, x, y, width));
    x += width;
    if (x < kColumns) continue;
    x = 0;
    y += kHeight;
  }
}

}  // namespace

std::string dashboard_json(const project::Project& project) {
  const std::string where = project.environment.empty() ? "" : fmt::format(", {}", project.environment);
  Json panels = Json::array();
  for (const auto& database : project.databases) add_database(panels, project, database);
  const Json dashboard = {
      {"uid", sha256_hex(fmt::format("{} {}", project.name, project.environment)).substr(0, kUidDigits)},
      {"title", fmt::format("Migrations of {}{}", project.name, where)},
      {"tags", {"windlass"}},
      {"schemaVersion", 39},
      {"editable", false},
      {"refresh", "1m"},
      {"time", {{"from", "now-7d"}, {"to", "now"}}},
      {"templating",
       {{"list",
         {{{"name", "datasource"},
           {"type", "datasource"},
           {"query", "prometheus"},
           {"label", "Prometheus"}}}}}},
      {"panels", std::move(panels)}};
  return dashboard.dump(2) + "\n";
}

}  // namespace windlass::generator
