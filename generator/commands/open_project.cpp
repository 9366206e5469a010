#include "generator/commands/open_project.hpp"

#include <fmt/format.h>

#include <ostream>
#include <utility>

#include "core/base/diagnostic.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/project/load.hpp"

namespace windlass::generator {

project::Project open_project(const std::filesystem::path& folder, const std::string& environment,
                              std::ostream& err) {
  const auto file = project::config_path(folder).lexically_normal();
  auto loaded = project::load_project(file, environment);
  if (loaded.diagnostics.has_errors()) {
    throw Error(ExitCode::kConfiguration,
                fmt::format("{} has {}", file.string(), counted(loaded.diagnostics.error_count(), "error")))
        .with_details(to_text(loaded.diagnostics));
  }
  err << to_text(loaded.diagnostics);
  return std::move(*loaded.project);
}

project::Project open_environment(const std::filesystem::path& folder, const std::string& environment,
                                  std::ostream& err) {
  auto project = open_project(folder, environment, err);
  if (project.environment.empty() && !project.environments.empty()) {
    throw Error(ExitCode::kUsage, "no environment is named",
                fmt::format("Name one by --env: {}.", join(project.environments, ", ")));
  }
  return project;
}

}  // namespace windlass::generator
