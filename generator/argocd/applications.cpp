#include "generator/argocd/applications.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/text.hpp"
#include "core/contract/labels.hpp"
#include "generator/plan/metadata.hpp"
#include "generator/plan/names.hpp"

namespace windlass::generator {
namespace {

using project::Map;
using project::Promoter;

constexpr std::string_view kComponent = "application";
constexpr std::string_view kProject = "{{.project}}";  // of an element of the ApplicationSet's list
constexpr std::string_view kEnvironment = "{{.environment}}";

std::string folder_of(const project::Project& project) {
  std::string_view path = project.argocd.path;
  while (path.ends_with('/')) path.remove_suffix(1);
  return fmt::format("{}/{}", path, project.environment);
}

// What differs between Applications, by the names that application_spec.yaml and the list's elements have.
Members coordinates(const project::Project& project) {
  return {{"project", project.name},
          {"repoUrl", project.argocd.repo_url},
          {"revision", project.argocd.revision},
          {"path", folder_of(project)},
          {"cluster", project.argocd.cluster},
          {"namespace", project.kubernetes.namespace_name}};
}

Members metadata(std::string name, const std::string& space, const Map& labels) {
  return {{"name", std::move(name)}, {"namespace", space}, {"labels", tree_of(labels)}};
}

PlannedFile file(std::string_view kind, const std::string& name, std::string_view template_name,
                 Members values) {
  return {fmt::format("{}-{}.yaml", kind, name), FromTemplate{std::string(template_name), std::move(values)}};
}

// The role that a pipeline's token belongs to: `argocd app sync` and `argocd app wait`, nothing else.
Tree roles_of(const project::Project& project) {
  if (project.promotion.by != Promoter::kPipeline) return {};
  List policies;
  for (const auto* action : {"get", "sync"}) {
    policies.emplace_back(
        fmt::format("p, proj:{0}:release, applications, {1}, {0}/*, allow", project.name, action));
  }
  return List{Members{{"name", "release"},
                      {"description", "Syncs the Applications of this project and waits for them."},
                      {"policies", std::move(policies)}}};
}

PlannedFile app_project(const PromotedProject& promoted, const std::string& space) {
  const auto& project = promoted.project;
  std::set<std::string> repositories;
  std::set<std::pair<std::string, std::string>> places;
  for (const auto& each : promoted.environments) {
    repositories.insert(each.argocd.repo_url);
    places.emplace(each.argocd.cluster, each.kubernetes.namespace_name);
  }
  List destinations;
  for (const auto& [cluster, name] : places)
    destinations.push_back(Members{{"name", cluster}, {"namespace", name}});
  Members values = metadata(project.name, space, object_labels(project, nullptr, kComponent));
  values.push_back({"description", project.description.empty() ? Tree() : Tree(project.description)});
  values.push_back({"sourceRepos", List(repositories.begin(), repositories.end())});
  values.push_back({"destinations", std::move(destinations)});
  values.push_back({"roles", roles_of(project)});
  return file("appproject", project.name, "app_project", std::move(values));
}

PlannedFile application(const project::Project& project, const std::string& space) {
  Members values = metadata(application_name(project), space, object_labels(project, nullptr, kComponent));
  values.push_back({"spec", FromTemplate{"application_spec", coordinates(project)}});
  return file("application", application_name(project), "application", std::move(values));
}

// What all Applications have, and their own project and environment, by which the steps select them.
Map template_labels(const std::vector<PromotedProject>& projects) {
  Map labels = object_labels(projects.front().environments.front(), nullptr, kComponent);
  for (const auto& promoted : projects) {
    for (const auto& each : promoted.environments) {
      const Map others = object_labels(each, nullptr, kComponent);
      std::erase_if(labels, [&](const auto& label) {
        const auto other = others.find(label.first);
        return other == others.end() || other->second != label.second;
      });
    }
  }
  labels[std::string(contract::kPartOfLabel)] = kProject;
  labels[std::string(contract::kProjectLabel)] = kProject;
  labels[std::string(contract::kEnvironmentLabel)] = kEnvironment;
  return labels;
}

Members element_of(const project::Project& project) {
  Members element = coordinates(project);
  element.insert(element.begin(),
                 {{"name", application_name(project)}, {"environment", project.environment}});
  return element;
}

// The coordinates as the ApplicationSet's template takes them from an element.
Members from_element() {
  Members values = coordinates({});
  for (auto& value : values) value.value = fmt::format("{{{{.{}}}}}", value.key);
  return values;
}

Tree is_in(std::string_view label, List values) {
  return Members{{"key", label}, {"operator", "In"}, {"values", std::move(values)}};
}

// In each environment one step for each rank, so that a project waits for those that it depends on.
List steps_of(const std::vector<PromotedProject>& projects) {
  std::map<int, List> names_by_rank;
  for (const auto& each : projects) names_by_rank[each.project.rank].emplace_back(each.project.name);
  List steps;
  for (const auto& each : projects.front().environments) {
    for (const auto& [rank, names] : names_by_rank) {
      List expressions = {is_in(contract::kEnvironmentLabel, List{each.environment})};
      if (names_by_rank.size() > 1) expressions.push_back(is_in(contract::kProjectLabel, names));
      steps.push_back(Members{{"matchExpressions", std::move(expressions)}});
    }
  }
  return steps;
}

std::vector<std::string> names_of(const PromotedProject& promoted) {
  std::vector<std::string> names;
  for (const auto& each : promoted.environments) names.push_back(each.environment);
  return names;
}

void add_fault(Diagnostics& faults, const project::Project& project, std::string message, std::string help) {
  faults.add({Severity::kError, {project.file, 0, 0}, std::move(message), std::move(help)});
}

}  // namespace

Diagnostics promotion_faults(const std::vector<PromotedProject>& projects) {
  Diagnostics faults;
  const auto& first = projects.front();
  for (const auto& promoted : projects) {
    const auto& project = promoted.project;
    for (const auto& each : promoted.environments) {
      if (!each.argocd.repo_url.empty()) continue;
      add_fault(faults, project, fmt::format("environment {} has no argocd.repoUrl", each.environment),
                "Name the repository that holds its manifests.");
    }
    if (promoted.environments.empty()) {
      add_fault(faults, project, fmt::format("project {} has no environments", project.name),
                "Add environments to windlass.yaml; one is enough.");
    }
    if (project.promotion.by != first.project.promotion.by || names_of(promoted) != names_of(first)) {
      add_fault(faults, project,
                fmt::format("project {} is promoted otherwise than {}", project.name, first.project.name),
                fmt::format("Give both the same promotion.by and promotion.order: {}.",
                            join(names_of(first), ", ")));
    }
  }
  return faults;
}

std::vector<PlannedFile> project_objects(const PromotedProject& promoted, const std::string& space) {
  std::vector<PlannedFile> objects;
  if (promoted.project.promotion.by == Promoter::kPipeline) {
    for (const auto& each : promoted.environments) objects.push_back(application(each, space));
  }
  objects.push_back(app_project(promoted, space));
  return objects;
}

PlannedFile application_set(const std::vector<PromotedProject>& projects, const std::string& name,
                            const std::string& space) {
  List elements;
  for (const auto& promoted : projects) {
    for (const auto& each : promoted.environments) elements.push_back(element_of(each));
  }
  const Map labels = {{std::string(contract::kManagedByLabel), std::string(contract::kManagedByValue)}};
  Members values = metadata(name, space, labels);
  values.push_back({"elements", std::move(elements)});
  values.push_back({"steps", steps_of(projects)});
  values.push_back({"templateLabels", tree_of(template_labels(projects))});
  values.push_back({"spec", FromTemplate{"application_spec", from_element()}});
  return file("applicationset", name, "application_set", std::move(values));
}

}  // namespace windlass::generator
