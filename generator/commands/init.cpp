#include "generator/commands/init.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/project/load.hpp"
#include "generator/commands/flyway_conf.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;

struct NewFile {
  std::string path;  // below the project's folder
  std::string text;
};

// The folder's name as a project's: "My Shop 2" becomes "my-shop-2".
std::string project_name(const fs::path& folder) {
  constexpr std::size_t kLongest = 30;  // leaves room for the database's name
  const std::string given = fs::absolute(folder / "").lexically_normal().parent_path().filename().string();
  std::string name;
  for (const char c : to_lower(given)) {
    const bool letter = c >= 'a' && c <= 'z';
    const bool digit = c >= '0' && c <= '9';
    if (letter || (digit && !name.empty())) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  name.resize(std::min(name.size(), kLongest));
  if (name.ends_with('-')) name.pop_back();
  return name.empty() ? "project" : name;
}

constexpr std::string_view kConfig =
    R"(# What this project's database needs before a release rolls out. Every key: windlass schema, docs/config.md.
apiVersion: windlass.dev/v1
kind: ProjectConfig
metadata:
  name: {name}

spec:
  databases:
    main:
      name: {database}            # the database on the server
      scripts:
        locations: [sql]          # V, U and R scripts, named as Flyway names them
        verify: [verify]          # queries that must return no rows
      connection:
        urlSecret:                # a Secret that exists; its URL: postgresql://user:password@host:5432/{database}
          name: {name}-main
          key: url

  migration:
    policies:
      requireRollback: true       # every V script has its U script
      requireValidation: true     # and its verify query
      backupBeforeUpgrade: true
    limits:
      lockTimeout: 2s             # nobody queues behind a migration for longer
      deadline: 15m

  backup:
    claimName: {name}-backups     # a PersistentVolumeClaim that exists

  environments:                   # what differs; chosen by --env
    dev:
      kubernetes:
        namespace: {name}-dev
    prod:
      kubernetes:
        namespace: {name}-prod
      backup:
        retention: 30
)";

constexpr std::string_view kScript =
    R"(-- A first script; replace it by what the application needs, before it is applied anywhere.
CREATE TABLE notes (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  body       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
)";

constexpr std::string_view kUndo = R"(-- Takes back V1 and nothing else.
DROP TABLE notes;
)";

constexpr std::string_view kVerify = R"(-- Each row is a note without text: verify fails when there is one.
SELECT id FROM notes WHERE body = '';
)";

std::string filled(std::string_view text, std::string_view name, std::string_view database) {
  std::string result(text);
  for (const auto& [hole, value] : {std::pair{std::string_view("{name}"), name}, {"{database}", database}}) {
    for (auto at = result.find(hole); at != std::string::npos; at = result.find(hole, at + value.size())) {
      result.replace(at, hole.size(), value);
    }
  }
  return result;
}

std::vector<NewFile> first_project(const std::string& name) {
  std::string database = name;
  for (char& c : database) {
    if (c == '-') c = '_';
  }
  return {{"windlass.yaml", filled(kConfig, name, database)},
          {"sql/V1__create_notes.sql", std::string(kScript)},
          {"sql/U1__create_notes.sql", std::string(kUndo)},
          {"verify/V1__create_notes.sql", std::string(kVerify)}};
}

void refuse_existing(const fs::path& folder, const std::vector<NewFile>& files) {
  std::vector<std::string> there;
  for (const auto& file : files) {
    if (fs::exists(folder / file.path)) there.push_back((folder / file.path).string());
  }
  if (there.empty()) return;
  throw Error(ExitCode::kConfiguration, fmt::format("there already: {}", join(there, ", ")),
              "Nothing was written. Name another folder, or move the files away.");
}

void check_config(const NewFile& config) {
  const auto loaded = project::load_project_text(config.text, config.path, "");
  if (loaded.project) return;
  throw Error(ExitCode::kConfiguration, "these settings do not make a valid project",
              "Nothing was written. Correct them in flyway.conf, or start without it.")
      .with_details(to_text(loaded.diagnostics));
}

}  // namespace

ExitCode run_init(const InitOptions& options, std::ostream& out) {
  std::vector<NewFile> files;
  std::vector<std::string> unmapped;
  const std::string name = project_name(options.folder);
  if (options.flyway_conf.empty()) {
    files = first_project(name);
  } else {
    auto mapped = map_flyway_conf(options.flyway_conf, options.folder, name);
    files = {{"windlass.yaml", std::move(mapped.config)}};
    unmapped = std::move(mapped.unmapped);
  }
  refuse_existing(options.folder, files);
  check_config(files.front());
  for (const auto& file : files) {
    write_file_atomically(options.folder / file.path, file.text);
    out << "wrote " << (options.folder / file.path).lexically_normal().string() << '\n';
  }
  for (const auto& line : unmapped) out << "not taken over: " << line << '\n';
  out << "next: windlass lint " << options.folder.string() << '\n';
  return ExitCode::kDone;
}

}  // namespace windlass::generator
