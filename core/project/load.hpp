// Reads windlass.yaml: text in, a Project for one environment or every fault of the file out.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/project/document.hpp"
#include "core/project/project.hpp"
#include "core/project/value.hpp"

namespace windlass::project {

struct LoadResult {
  std::optional<Project> project;  // nothing when there are errors
  Diagnostics diagnostics;         // errors and warnings, ordered by place
};

// The file that a project folder holds its config in: windlass.yaml, else project-config.yaml. Throws
// Error(kConfiguration) when the folder has neither.
std::filesystem::path config_path(const std::filesystem::path& folder);

// A config file, read and checked once, with every environment in it; gives the project of each.
class ConfigFile {
 public:
  // Throws Error(kConfiguration) when the file cannot be read; what is wrong with it comes with each project.
  explicit ConfigFile(const std::filesystem::path& file);
  ConfigFile(std::string text, const std::string& file);  // `file` names it in diagnostics
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;

  // With the overlay of `environment` (empty: none; any name when the file has none). Nothing when the file
  // has errors, in whichever environment.
  LoadResult project(const std::string& environment) const;

  const std::string& file() const { return source_.file(); }

 private:
  std::string text_;
  Source source_;
  Diagnostics faults_;
  Value root_;
  const Value* environments_ = nullptr;  // in root_
  std::vector<std::string> names_;
  std::vector<Value> values_;  // with every default: of the file without an overlay, then of each name
};

// The project, where it stands among those that it depends on, which must be there.
LoadResult load_project(const ConfigFile& config, const std::string& environment);
// The same of a file that is read for it.
LoadResult load_project(const std::filesystem::path& file, const std::string& environment);

// Without those that it depends on, for tests and fuzzers.
LoadResult load_project_text(std::string_view text, const std::string& file, const std::string& environment);

}  // namespace windlass::project
