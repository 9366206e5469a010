// The projects in examples/: every folder, at any depth, that holds a config.
#pragma once

#include <algorithm>
#include <filesystem>
#include <vector>

namespace windlass {

inline std::vector<std::filesystem::path> example_projects(const std::filesystem::path& examples) {
  std::vector<std::filesystem::path> projects;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(examples)) {
    const auto name = entry.path().filename();
    if (name == "windlass.yaml" || name == "project-config.yaml")
      projects.push_back(entry.path().parent_path());
  }
  std::sort(projects.begin(), projects.end());
  return projects;
}

}  // namespace windlass
