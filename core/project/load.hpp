// Reads windlass.yaml: text in, a Project for one environment or every fault of the file out.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/diagnostic.hpp"
#include "core/project/project.hpp"

namespace windlass::project {

struct LoadResult {
  std::optional<Project> project;  // nothing when there are errors
  Diagnostics diagnostics;         // errors and warnings, ordered by place
};

// The file that a project folder holds its config in: windlass.yaml, else project-config.yaml. Throws
// Error(kConfiguration) when the folder has neither.
std::filesystem::path config_path(const std::filesystem::path& folder);

// Reads and checks the file with the overlay of `environment` (empty: none; any name when the file has none).
// Checks every environment, not only the one asked for, and that the projects it depends on are there. Throws
// Error(kConfiguration) only when the file cannot be read at all.
LoadResult load_project(const std::filesystem::path& file, const std::string& environment);

// The same on text, for tests and fuzzers; `file` names it in diagnostics.
LoadResult load_project_text(std::string_view text, const std::string& file, const std::string& environment);

}  // namespace windlass::project
