#include "generator/plan/dashboard.hpp"

#include <utility>

#include "generator/plan/observability.hpp"

namespace windlass::generator {
namespace {

using nlohmann::json;

// Below those that are there.
void add_panels(json& panels, json more) {
  int below = 0;
  if (!panels.empty()) {
    const auto& last = panels.back().at("gridPos");
    below = last.at("y").get<int>() + last.at("h").get<int>();
  }
  for (auto& panel : more) {
    panel["id"] = panels.size() + 1;
    panel["gridPos"]["y"] = panel["gridPos"]["y"].get<int>() + below;
    panels.push_back(std::move(panel));
  }
}

}  // namespace

std::string dashboard_json(const project::Project& project) {
  json dashboard;
  json panels = json::array();
  for (const auto* database : databases_by_key(project)) {
    auto filled = observability(project, *database);
    dashboard = std::move(filled.at("dashboard"));
    add_panels(panels, std::move(filled.at("panels")));
  }
  dashboard["panels"] = std::move(panels);
  return dashboard.dump(2) + "\n";
}

}  // namespace windlass::generator
