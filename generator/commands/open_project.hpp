// Opens the project of a folder for a command: its config for one environment, or every fault at once.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "core/project/project.hpp"

namespace windlass::generator {

// Writes warnings to `err`. Throws Error(kConfiguration) whose details are all diagnostics.
project::Project open_project(const std::filesystem::path& folder, const std::string& environment,
                              std::ostream& err);

}  // namespace windlass::generator
