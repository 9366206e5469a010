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

// The same for a command that is about one environment. Throws Error(kUsage) when none is named and the
// project has some: it would mean none of them.
project::Project open_environment(const std::filesystem::path& folder, const std::string& environment,
                                  std::ostream& err);

}  // namespace windlass::generator
