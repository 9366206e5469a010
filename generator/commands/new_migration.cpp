#include "generator/commands/new_migration.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/migrations/script_set.hpp"
#include "generator/commands/open_project.hpp"
#include "generator/plan/script_files.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;

// "Add orders: table" becomes "add_orders_table". Letters beyond ASCII stay as they are.
std::string file_words(std::string_view description) {
  std::string words;
  for (const char c : to_lower(description)) {
    const bool ascii_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (ascii_word || static_cast<unsigned char>(c) >= 0x80) {
      words += c;
    } else if (!words.empty() && words.back() != '_') {
      words += '_';
    }
  }
  if (words.ends_with('_')) words.pop_back();
  return words;
}

const project::Database& chosen_database(const project::Project& project, const std::string& key) {
  std::vector<std::string> keys;
  for (const auto& database : project.databases) {
    if (database.key == key || (key.empty() && project.databases.size() == 1)) return database;
    keys.push_back(database.key);
  }
  const std::string known = fmt::format("Name one by --database: {}.", join(keys, ", "));
  if (key.empty()) throw Error(ExitCode::kUsage, "the project has several databases", known);
  throw Error(ExitCode::kUsage, fmt::format("the project has no database {}", key), known);
}

std::string timestamp(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y%m%d%H%M%S}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

// The version of the new script, above all that are there.
std::string free_version(const migrations::ScriptSet& set, std::chrono::system_clock::time_point now) {
  while (set.find(migrations::ScriptKind::kVersioned, *migrations::Version::parse(timestamp(now)))) {
    now += std::chrono::seconds(1);
  }
  const auto version = migrations::Version::parse(timestamp(now));
  for (const auto* script : set.of_kind(migrations::ScriptKind::kVersioned)) {
    if (*script->name.version < *version) continue;
    throw Error(ExitCode::kConfiguration,
                fmt::format("{} has a higher version than now, {}", script->file, version->text()),
                "A script below the highest version would be out of order. Name the new one by hand.");
  }
  return version->text();
}

void refuse_same_description(const migrations::ScriptSet& set, const std::string& words) {
  for (const auto* script : set.of_kind(migrations::ScriptKind::kVersioned)) {
    if (file_words(script->name.description) != words) continue;
    throw Error(ExitCode::kConfiguration, fmt::format("{} has this description already", script->file),
                "Describe what is different this time.");
  }
}

struct NewFile {
  fs::path path;
  std::string text;
};

fs::path first_folder(const std::vector<std::string>& folders, const fs::path& base) {
  constexpr std::string_view kScheme = "filesystem:";
  std::string_view folder = folders.front();
  if (folder.starts_with(kScheme)) folder.remove_prefix(kScheme.size());
  if (folder.find_first_of("*?") != std::string_view::npos) {
    throw Error(ExitCode::kConfiguration, fmt::format("the first location is a pattern: {}", folder),
                "Put a plain folder first; new scripts go there.");
  }
  return (base / folder).lexically_normal();
}

std::vector<NewFile> new_files(const project::Database& database, const migrations::NamingRules& naming,
                               const fs::path& base, const std::string& name,
                               const std::string& description) {
  const fs::path scripts = first_folder(database.scripts.locations, base);
  const fs::path queries = first_folder(database.scripts.verify, base);
  const std::string stem = name + naming.suffixes.front();
  const std::string versioned = naming.versioned_prefix + stem;
  return {
      {scripts / versioned,
       fmt::format("-- {}\n-- It runs in one transaction with its history row: no BEGIN, no COMMIT.\n",
                   description)},
      {scripts / (naming.undo_prefix + stem), fmt::format("-- Takes back {} and nothing else.\n", versioned)},
      {queries / (naming.versioned_prefix + name + ".sql"),
       fmt::format("-- What must hold after {}: a query that returns no rows, or one boolean that is true.\n",
                   versioned)}};
}

}  // namespace

ExitCode run_new(const NewOptions& options, std::chrono::system_clock::time_point now, std::ostream& out,
                 std::ostream& err) {
  const std::string words = file_words(options.description);
  if (words.empty()) {
    throw Error(ExitCode::kUsage, "the description has no letter and no digit",
                "Say what the migration does: windlass new \"add orders table\".");
  }
  const auto project = open_project(options.folder, "", err);
  const auto& database = chosen_database(project, options.database);
  const auto rules = set_rules(project);
  // A new project has no folder for its scripts yet; what else is wrong with the scripts is for lint to say.
  const auto set = migrations::read_script_set(database.scripts.locations, options.folder, rules);
  refuse_same_description(set, words);
  const std::string name = free_version(set, now) + rules.naming.separator + words;
  const auto files = new_files(database, rules.naming, options.folder, name, options.description);
  for (const auto& file : files) {
    if (fs::exists(file.path)) {
      throw Error(ExitCode::kConfiguration, fmt::format("there already: {}", file.path.string()),
                  "Run it again.");
    }
  }
  for (const auto& file : files) {
    write_file_atomically(file.path, file.text);
    out << "wrote " << file.path.string() << '\n';
  }
  return ExitCode::kDone;
}

}  // namespace windlass::generator
