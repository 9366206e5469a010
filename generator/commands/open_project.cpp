#include "generator/commands/open_project.hpp"

#include <fmt/format.h>

#include <ostream>
#include <utility>

#include "core/base/diagnostic.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace windlass::generator {

std::unique_ptr<const project::ConfigFile> read_config(const std::filesystem::path& folder) {
  return std::make_unique<const project::ConfigFile>(project::config_path(folder).lexically_normal());
}

project::Project open_project(const std::filesystem::path& folder, const std::string& environment,
                              std::ostream& err) {
  return open_project(*read_config(folder), environment, err);
}

project::Project open_project(const project::ConfigFile& config, const std::string& environment,
                              std::ostream& err) {
  auto loaded = project::load_project(config, environment);
  if (loaded.diagnostics.has_errors()) {
    throw Error(ExitCode::kConfiguration,
                fmt::format("{} has {}", config.file(), counted(loaded.diagnostics.error_count(), "error")))
        .with_details(to_text(loaded.diagnostics));
  }
  err << to_text(loaded.diagnostics);
  return std::move(*loaded.project);
}

project::Project open_environment(const std::filesystem::path& folder, const std::string& environment,
                                  std::ostream& err) {
  return open_environment(*read_config(folder), environment, err);
}

project::Project open_environment(const project::ConfigFile& config, const std::string& environment,
                                  std::ostream& err) {
  auto project = open_project(config, environment, err);
  if (project.environment.empty() && !project.environments.empty()) {
    throw Error(ExitCode::kUsage, "no environment is named",
                fmt::format("Name one by --env: {}.", join(project.environments, ", ")));
  }
  return project;
}

}  // namespace windlass::generator
