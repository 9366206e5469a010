// A project with files of its own in a temporary folder.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/files.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {

// sample_project(), whose file lies in the folder.
class ProjectFolder {
 public:
  ProjectFolder() : folder_("windlass-test-") { project.file = (folder_.path() / "windlass.yaml").string(); }

  void add(const std::string& path, const std::string& bytes) const {
    write_file_atomically(folder_.path() / path, bytes);
  }
  std::filesystem::path operator/(const std::string& path) const { return folder_.path() / path; }

  project::Project project = sample_project();

 private:
  TemporaryDirectory folder_;
};

}  // namespace windlass::generator
