#include "generator/commands/output_folders.hpp"

#include <fmt/format.h>

#include <ostream>

#include "core/base/text.hpp"
#include "generator/manifests/folder.hpp"

namespace windlass::generator {
namespace {

// What is to change in one folder.
struct Change {
  const RenderedFolder* folder;
  FolderChanges files;

  std::string path(const std::string& file) const { return (folder->path / file).generic_string(); }
};

std::filesystem::path place_of(const RenderedFolder& folder, const std::filesystem::path& output) {
  return folder.path.empty() ? output : output / folder.path;
}

std::vector<Change> compare(const std::string& output, const std::vector<RenderedFolder>& folders) {
  std::vector<Change> changes;
  for (const auto& folder : folders)
    changes.push_back({&folder, compare_folder(place_of(folder, output), folder.rendered, folder.project)});
  return changes;
}

std::size_t unchanged(const std::vector<Change>& changes) {
  std::size_t count = 0;
  for (const auto& change : changes) count += change.files.unchanged;
  return count;
}

std::string summary(const std::string& what, const std::vector<Change>& changes) {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t stale = 0;
  for (const auto& [folder, files] : changes) {
    added += files.added.size();
    changed += files.changed.size();
    stale += files.stale.size();
  }
  return fmt::format("{}: {} new, {} changed, {} removed, {} unchanged", what, added, changed, stale,
                     unchanged(changes));
}

}  // namespace

ExitCode write_folders(const std::string& output, const std::vector<RenderedFolder>& folders,
                       std::ostream& out) {
  const auto changes = compare(output, folders);
  for (const auto& change : changes) {
    update_folder(place_of(*change.folder, output), change.files);
    for (const auto* file : change.files.added) out << fmt::format("new       {}\n", change.path(file->path));
    for (const auto* file : change.files.changed)
      out << fmt::format("changed   {}\n", change.path(file->path));
    for (const auto& path : change.files.stale) out << fmt::format("removed   {}\n", change.path(path));
  }
  out << summary(output, changes) << '\n';
  return ExitCode::kDone;
}

ExitCode check_folders(const std::string& output, const std::vector<RenderedFolder>& folders,
                       const std::string& command, std::ostream& out, std::ostream& err) {
  const auto changes = compare(output, folders);
  bool none = true;
  for (const auto& change : changes) {
    none = none && change.files.none();
    out << diff_folder(output, change.folder->path, change.files);
    for (const auto& path : change.files.stale)
      err << fmt::format("stale: {} is no longer rendered\n", change.path(path));
  }
  if (none) {
    out << fmt::format("{} is up to date: {}\n", output, counted(unchanged(changes), "file"));
    return ExitCode::kDone;
  }
  err << fmt::format("windlass: {}\n  Run {} without --check and commit the result.\n",
                     summary(output + " is not up to date", changes), command);
  return ExitCode::kFound;
}

}  // namespace windlass::generator
