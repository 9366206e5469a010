// The output folder of a render: what it holds, what is to change, and the changing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/project/project.hpp"
#include "generator/render/render.hpp"

namespace windlass::generator {

struct FolderChanges {
  std::vector<const Manifest*> added;
  std::vector<const Manifest*> changed;
  std::vector<std::string> stale;  // written by an earlier render of this project, no longer rendered
  std::size_t unchanged = 0;

  bool none() const { return added.empty() && changed.empty() && stale.empty(); }
};

// Compares the folder with what it is to hold; a folder that does not exist is empty. Files that no render
// wrote do not count. Throws Error(kConfiguration) when one of them stands where a manifest is to go, or when
// the folder holds manifests of another environment of this project. The result points into `rendered`.
FolderChanges compare_folder(const std::filesystem::path& folder, const Rendered& rendered,
                             const project::Project& project);

// Writes what is new or changed, each file as a whole, reads it back, then removes what is stale.
void update_folder(const std::filesystem::path& folder, const FolderChanges& changes);

// The changes of the folder `below` in `output` as one unified diff: "a/" is `output`, "b/" what it is to
// hold.
std::string diff_folder(const std::filesystem::path& output, const std::filesystem::path& below,
                        const FolderChanges& changes);

}  // namespace windlass::generator
