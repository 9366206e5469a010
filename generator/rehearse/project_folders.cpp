#include "generator/rehearse/project_folders.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/migrations/script_set.hpp"
#include "generator/plan/script_files.hpp"
#include "generator/rehearse/database_url.hpp"
#include "generator/rehearse/sync_order.hpp"
#include "generator/render/read/read_manifests.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kManifestLimit = 4U << 20U;

using MadeUp = std::map<std::pair<std::string, std::string>, json>;  // by kind and name

void add_key(MadeUp& objects, const project::SecretKey& secret, const std::string& value) {
  objects[{"Secret", secret.name}]["stringData"][secret.key] = value;
}

// What the project's connections want to be there; several of its parts may lie in one object.
MadeUp make_up_objects(const project::Project& project) {
  MadeUp objects;
  for (const auto& database : project.databases) {
    const auto& connection = database.connection;
    const DatabaseUrl url{.user = project.name,
                          .password = Secret(project.name),
                          .host = "db",
                          .port = {},
                          .database = database.name.empty() ? project.name : database.name,
                          .parameters = {}};
    if (connection.url) add_key(objects, *connection.url, to_url(url).reveal());
    if (connection.direct_url) add_key(objects, *connection.direct_url, to_url(url).reveal());
    if (connection.user_secret) add_key(objects, *connection.user_secret, project.name);
    if (connection.password) add_key(objects, *connection.password, project.name);
    // The rehearsal's own server speaks no TLS, so nobody reads them.
    if (connection.ca) objects[{"ConfigMap", connection.ca->name}]["data"][connection.ca->key] = "";
  }
  for (auto& [of, object] : objects) {
    object["kind"] = of.first;
    object["metadata"]["name"] = of.second;
  }
  return objects;
}

std::vector<PromiseVersion> versions_of(const migrations::ScriptSet& set) {
  std::vector<PromiseVersion> versions;
  for (const auto* script : set.of_kind(migrations::ScriptKind::kVersioned)) {
    const auto& version = *script->name.version;
    versions.push_back({version.text(), script->name.description,
                        set.find(migrations::ScriptKind::kUndo, version) != nullptr});
  }
  return versions;
}

}  // namespace

std::vector<json> read_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::is_directory(folder)) return {};
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto suffix = entry.path().extension();
    if (entry.is_regular_file() && (suffix == ".yaml" || suffix == ".yml")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<json> documents;
  for (const auto& file : files) {
    for (auto& document : read_manifests(read_file(file, kManifestLimit), file.string()))
      documents.push_back(std::move(document));
  }
  return documents;
}

std::vector<std::string> apply_outside(const project::Project& project, const fs::path& project_folder,
                                       Objects& objects) {
  std::vector<std::string> made_up;
  const auto folder = project_folder / kOutsideFolder;
  if (fs::is_directory(folder)) {
    for (const auto& object : in_sync_order(read_folder(folder)).objects) objects.apply(object.body);
    return made_up;
  }
  for (const auto& [of, object] : make_up_objects(project)) {
    objects.apply(object);
    made_up.push_back(fmt::format("the {} {} is made up, because the project has no folder {}/", of.first,
                                  of.second, kOutsideFolder));
  }
  return made_up;
}

StandIn stand_in_of(const project::Project& project, const std::vector<DatabaseFiles>& files,
                    std::string inside) {
  const fs::path base = fs::absolute(project.file).lexically_normal().parent_path();
  StandIn stand_in{std::move(inside), {}};
  for (const auto& each : files) {
    for (const auto* list : {&each.scripts, &each.queries}) {
      for (const auto& file : *list) {
        const auto path = fs::absolute(file.file).lexically_normal();
        stand_in.files[path.lexically_relative(base).generic_string()] = path;
      }
    }
  }
  return stand_in;
}

PromiseTask promise_task(const project::Project& project, const project::Database& database,
                         const std::vector<json>& documents) {
  const auto rules = set_rules(project);
  const auto set =
      migrations::read_script_set(database.scripts.locations, fs::path(project.file).parent_path(), rules);
  const auto migrate = find_hook_container(documents, "migrate", database.key);
  if (!migrate) {
    throw Error(ExitCode::kInternal, fmt::format("no rendered Job migrates the database {}", database.key));
  }
  PromiseTask task{.database = database.key,
                   .schemas = database.schemas,
                   .history_table = database.history_table,
                   .versions = versions_of(set),
                   .is_versioned = {},
                   .migrate = *migrate,
                   .rollback = find_hook_container(documents, "rollback", database.key).value_or(*migrate)};
  if (!database.default_schema.empty()) task.schemas.push_back(database.default_schema);
  task.rollback.container["args"] = {"rollback"};
  task.is_versioned = [rules](const std::string& path) {
    const auto name = migrations::parse_script_name(fs::path(path).filename().string(), rules.naming);
    const auto* script = name ? std::get_if<migrations::ScriptName>(&*name) : nullptr;
    return script == nullptr || (script->kind != migrations::ScriptKind::kRepeatable &&
                                 script->kind != migrations::ScriptKind::kBaseline);
  };
  return task;
}

}  // namespace windlass::generator
