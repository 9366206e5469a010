// A small project and its files as values, for tests of what is made from them.
#pragma once

#include <string>
#include <vector>

#include "core/project/project.hpp"
#include "generator/plan/plan.hpp"
#include "generator/render/render.hpp"

namespace windlass::generator {

inline project::Database sample_database(const std::string& key = "main") {
  project::Database database;
  database.key = key;
  database.name = "storefront";
  database.schemas = {"shop"};
  database.connection.url = project::SecretKey{"storefront-db", "url"};
  return database;
}

inline project::Project sample_project() {
  project::Project project;
  project.file = "windlass.yaml";
  project.name = "storefront";
  project.environment = "prod";
  project.environments = {"prod"};
  project.databases = {sample_database()};
  project.kubernetes.namespace_name = "shop";
  project.kubernetes.image = "registry.example.com/windlass:1.0";
  return project;
}

inline DatabaseFiles sample_files() {
  DatabaseFiles files;
  files.set_digest = std::string(64, 'd');
  files.head_version = "2";
  files.expand_version = "2";
  files.locations = {{"sql", "sql"}};
  files.scripts = {{"sql/V1__a.sql", "create table a();\n", "sql/V1__a.sql"},
                   {"sql/V2__b.sql", "create table b();\n", "sql/V2__b.sql"}};
  files.verify_locations = {{"verify", "verify"}};
  files.queries = {{"verify/a.sql", "select 1 where false;\n", "verify/a.sql"}};
  return files;
}

inline std::vector<DatabaseFiles> sample_files_of(const project::Project& project) {
  return std::vector<DatabaseFiles>(project.databases.size(), sample_files());
}

inline Rendered sample_render(const project::Project& project = sample_project(),
                              const Target& target = argocd_presync()) {
  return render(make_plan(project, sample_files_of(project), target), Templates::built_in(), project);
}

// The manifest at `path`; fails the test when there is none.
inline const Manifest& manifest_at(const Rendered& rendered, const std::string& path) {
  for (const auto* list : {&rendered.objects, &rendered.snippets}) {
    for (const auto& manifest : *list) {
      if (manifest.path == path) return manifest;
    }
  }
  throw std::runtime_error("no manifest " + path);
}

// The value of a literal variable of the container at `index`; "(none)" when it is not there.
inline std::string env_value(const Tree& container, const std::string& name) {
  for (const auto& variable : list_at(container, {"env"})) {
    if (text_at(variable, {"name"}) == name) return std::string(text_at(variable, {"value"}));
  }
  return "(none)";
}

}  // namespace windlass::generator
