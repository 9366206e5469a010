#include "generator/plan/script_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/base/digest.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/contract/settings.hpp"
#include "generator/plan/names.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;

// A location of the project: where it lies here and where it will lie in the pod.
struct Location {
  std::string root;  // normal form, with a slash at the end
  ScriptFolder folder;
};

// "./sql/" -> "sql"
std::string below_project(std::string_view location) {
  std::string path = fs::path(location).lexically_normal().generic_string();
  while (path.ends_with('/')) path.pop_back();
  return path;
}

// Two locations never share a folder, whatever their names become.
std::vector<Location> map_locations(const std::vector<std::string>& locations, const fs::path& base) {
  std::vector<Location> result;
  std::set<std::string> used;
  for (std::string_view location : locations) {
    constexpr std::string_view kScheme = "filesystem:";
    const std::string stem = mount_folder(location);
    if (location.starts_with(kScheme)) location.remove_prefix(kScheme.size());
    const std::string root = (base / location / "").lexically_normal().string();
    const bool known =
        std::any_of(result.begin(), result.end(), [&](const Location& l) { return l.root == root; });
    if (known) continue;
    std::string folder = stem;
    for (int n = 2; !used.insert(folder).second; ++n) folder = fmt::format("{}-{}", stem, n);
    result.push_back({root, {folder, below_project(location)}});
  }
  return result;
}

MountedFile mounted(const std::string& file, std::string path) {
  const auto size = fs::file_size(file);
  if (size > kFileLimit) return {std::move(path), {}, file, size};
  return {std::move(path), read_file(file, kFileLimit), file};
}

void add_script(DatabaseFiles& files, const migrations::Script& script,
                const std::vector<Location>& locations) {
  const std::string file = fs::path(script.file).lexically_normal().string();
  for (const auto& location : locations) {
    if (file != location.root + script.path) continue;
    const std::string path = location.folder.mounted + "/" + script.path;
    files.scripts.push_back(mounted(script.file, path));
    const std::string conf = script.file + ".conf";
    if (fs::is_regular_file(conf)) files.scripts.push_back(mounted(conf, path + ".conf"));
    if (std::find(files.locations.begin(), files.locations.end(), location.folder) == files.locations.end()) {
      files.locations.push_back(location.folder);
    }
    return;
  }
}

std::string setting(const project::Project& project, std::string_view name) {
  const auto& settings = project.migration.settings;
  const auto found = settings.find(std::string(name));
  return found != settings.end() ? found->second : std::string(find_setting(name)->default_value);
}

// The version that a database is at when all is applied; empty when that cannot be said from the files alone,
// because there are no versions, or because the target depends on the database (current, next).
enum class Contract { kIncluded, kLeftOut };
std::string head_version(const migrations::ScriptSet& set, const std::string& target, Contract contract) {
  const auto limit = migrations::Version::parse(target);
  if (!limit && target != "latest") return {};
  std::string head;
  for (const auto* script : set.of_kind(migrations::ScriptKind::kVersioned)) {
    if (script->contract && contract == Contract::kLeftOut) continue;
    if (!limit || *script->name.version <= *limit) head = script->name.version->text();
  }
  return head;
}

void read_scripts(DatabaseFiles& files, const project::Project& project, const project::Database& database,
                  const fs::path& base) {
  auto set = migrations::read_script_set(database.scripts.locations, base, set_rules(project));
  files.diagnostics.add(std::move(set.diagnostics));
  if (set.scripts.empty() && !files.diagnostics.has_errors()) {
    files.diagnostics.add({Severity::kError,
                           {project.file, 0, 0},
                           fmt::format("database {} has no migration scripts in {}", database.key,
                                       join(database.scripts.locations, ", ")),
                           "Add a script such as V1__create_orders.sql, or correct scripts.locations."});
  }
  const auto locations = map_locations(database.scripts.locations, base);
  for (const auto& script : set.scripts) add_script(files, script, locations);
  const std::string target = setting(project, "target");
  files.head_version = head_version(set, target, Contract::kIncluded);
  files.expand_version = head_version(set, target, Contract::kLeftOut);
  files.has_contract =
      std::any_of(set.scripts.begin(), set.scripts.end(), [](const auto& script) { return script.contract; });
  files.set_digest = std::move(set.digest);
}

// Every *.sql below `root` but what is hidden, by path.
std::vector<std::string> query_paths(const fs::path& root) {
  std::vector<std::string> paths;
  auto entry = fs::recursive_directory_iterator(root, fs::directory_options::follow_directory_symlink);
  for (; entry != fs::recursive_directory_iterator(); ++entry) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.')) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && name.ends_with(".sql")) {
      paths.push_back(entry->path().lexically_relative(root).generic_string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void read_queries(DatabaseFiles& files, const project::Database& database, const fs::path& base) {
  for (const auto& location : map_locations(database.scripts.verify, base)) {
    if (!fs::is_directory(location.root)) {
      if (database.scripts.verify == project::Scripts{}.verify) continue;
      files.diagnostics.add({Severity::kError,
                             {location.root, 0, 0},
                             "this folder of verify queries does not exist",
                             "Create it, or correct scripts.verify."});
      continue;
    }
    const auto paths = query_paths(location.root);
    if (!paths.empty()) files.verify_locations.push_back(location.folder);
    for (const auto& path : paths)
      files.queries.push_back(mounted(location.root + path, location.folder.mounted + "/" + path));
  }
}

void read_tenants(DatabaseFiles& files, const project::Database& database, const fs::path& base) {
  if (!database.tenants) return;
  const std::string file = (base / database.tenants->file).lexically_normal().string();
  std::error_code ignored;  // the file is reported as absent
  if (!fs::is_regular_file(file, ignored)) {
    files.diagnostics.add({Severity::kError,
                           {file, 0, 0},
                           "this list of tenants does not exist",
                           "Create it with a name a line, or correct tenants.file."});
    return;
  }
  constexpr std::size_t kLongest = std::size_t{1} << 20U;  // of a ConfigMap
  files.tenants = read_file(file, kLongest);
  files.tenants_digest = sha256_hex(files.tenants);
  files.diagnostics.add(project::parse_tenants(files.tenants, file).diagnostics);
}

}  // namespace

migrations::SetRules set_rules(const project::Project& project) {
  const auto text = [&](std::string_view name) { return setting(project, name); };
  migrations::SetRules rules;
  rules.naming.versioned_prefix = text("sql-migration-prefix");
  rules.naming.undo_prefix = text("undo-sql-migration-prefix");
  rules.naming.repeatable_prefix = text("repeatable-sql-migration-prefix");
  rules.naming.baseline_prefix = text("baseline-migration-prefix");
  rules.naming.separator = text("sql-migration-separator");
  rules.naming.suffixes = split(text("sql-migration-suffixes"), ',');
  rules.placeholders.enabled = text("placeholder-replacement") == "true";
  rules.placeholders.prefix = text("placeholder-prefix");
  rules.placeholders.suffix = text("placeholder-suffix");
  for (const auto& [name, value] : project.migration.placeholders)
    rules.placeholders.values[to_lower(name)] = value;
  rules.encoding = text("encoding");
  rules.validate_naming = text("validate-migration-naming") == "true";
  rules.fail_on_missing_location = text("fail-on-missing-locations") == "true";
  return rules;
}

DatabaseFiles read_database_files(const project::Project& project, const project::Database& database) {
  const fs::path base = fs::path(project.file).parent_path();
  DatabaseFiles files;
  read_scripts(files, project, database, base);
  read_queries(files, database, base);
  read_tenants(files, database, base);
  return files;
}

}  // namespace windlass::generator
