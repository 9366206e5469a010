#include "generator/plan/alerts.hpp"

#include <string>

#include "generator/plan/names.hpp"
#include "generator/plan/observability.hpp"

namespace windlass::generator {
namespace {

Members texts(const nlohmann::json& map) {
  Members members;
  for (const auto& [key, value] : map.items()) members.push_back({key, value.get<std::string>()});
  return members;
}

Tree rule(const nlohmann::json& alert, const std::string& environment) {
  auto labels = alert.at("labels");
  if (!environment.empty()) labels["environment"] = environment;
  return Members{{"alert", alert.at("alert").get<std::string>()},
                 {"expr", alert.at("expr").get<std::string>()},
                 {"labels", texts(labels)},
                 {"annotations", texts(alert.at("annotations"))}};
}

Tree group(const project::Project& project, const project::Database& database) {
  const auto filled = observability(project, database);
  List rules;
  for (const auto& alert : filled.at("alerts")) rules.push_back(rule(alert, project.environment));
  if (project.alerts.not_run_for) rules.push_back(rule(filled.at("notRun"), project.environment));
  return Members{{"name", fit_name(base_name(project, database), "migrations")}, {"rules", std::move(rules)}};
}

}  // namespace

List alert_groups(const project::Project& project) {
  List groups;
  for (const auto* database : databases_by_key(project)) groups.push_back(group(project, *database));
  return groups;
}

}  // namespace windlass::generator
