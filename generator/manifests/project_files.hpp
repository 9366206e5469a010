// The scripts and queries of a project, read once for all environments that have the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/project/project.hpp"
#include "generator/plan/script_files.hpp"

namespace windlass::generator {

// The files of every database, in the project's order. Throws Error(kInvalidScripts) with every diagnostic in
// its details.
std::vector<DatabaseFiles> read_files(const project::Project& project);

// Reads for one environment of a project after the other: anew only where an environment has other locations,
// placeholders or settings than the one before it. Not for several threads.
class ProjectFiles {
 public:
  // As read_files; stays until the next call.
  const std::vector<DatabaseFiles>& of(const project::Project& project);

 private:
  // All that reading depends on.
  struct Source {
    std::string key;
    std::vector<std::string> locations, verify;
    std::optional<std::string> tenants;  // their file

    friend bool operator==(const Source&, const Source&) = default;
  };
  struct Sources {
    std::string file;
    project::Map settings, placeholders;
    std::vector<Source> databases;

    friend bool operator==(const Sources&, const Sources&) = default;
  };
  static Sources sources_of(const project::Project& project);

  std::optional<Sources> sources_;  // of `files_`
  std::vector<DatabaseFiles> files_;
};

}  // namespace windlass::generator
