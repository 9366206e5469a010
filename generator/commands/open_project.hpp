// Opens the project of a folder for a command: its config for one environment, or every fault at once.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>

#include "core/project/load.hpp"

namespace windlass::generator {

// The config of the folder, for who opens it for several environments. Throws as config_path does.
std::unique_ptr<const project::ConfigFile> read_config(const std::filesystem::path& folder);

// Writes warnings to `err`. Throws Error(kConfiguration) whose details are all diagnostics.
project::Project open_project(const project::ConfigFile& config, const std::string& environment,
                              std::ostream& err);
project::Project open_project(const std::filesystem::path& folder, const std::string& environment,
                              std::ostream& err);

// The same for a command that is about one environment. Throws Error(kUsage) when none is named and the
// project has some: it would mean none of them.
project::Project open_environment(const project::ConfigFile& config, const std::string& environment,
                                  std::ostream& err);
project::Project open_environment(const std::filesystem::path& folder, const std::string& environment,
                                  std::ostream& err);

}  // namespace windlass::generator
