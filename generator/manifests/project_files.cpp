#include "generator/manifests/project_files.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace windlass::generator {

std::vector<DatabaseFiles> read_files(const project::Project& project) {
  std::vector<DatabaseFiles> files;
  Diagnostics diagnostics;
  for (const auto& database : project.databases) {
    files.push_back(read_database_files(project, database));
    diagnostics.add(files.back().diagnostics);
  }
  if (diagnostics.has_errors()) {
    throw Error(ExitCode::kInvalidScripts,
                fmt::format("the scripts have {}", counted(diagnostics.error_count(), "error")))
        .with_details(to_text(diagnostics));
  }
  return files;
}

const std::vector<DatabaseFiles>& ProjectFiles::of(const project::Project& project) {
  Sources sources = sources_of(project);
  if (sources != sources_) {
    sources_.reset();
    files_ = read_files(project);
    sources_ = std::move(sources);
  }
  return files_;
}

ProjectFiles::Sources ProjectFiles::sources_of(const project::Project& project) {
  Sources sources{project.file, project.migration.settings, project.migration.placeholders, {}};
  for (const auto& database : project.databases) {
    Source source{database.key, database.scripts.locations, database.scripts.verify, {}};
    if (database.tenants) source.tenants = database.tenants->file;
    sources.databases.push_back(std::move(source));
  }
  return sources;
}

}  // namespace windlass::generator
