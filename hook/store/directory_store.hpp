// Backups in a mounted directory: one folder each, written beside its place and renamed into it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hook/store/store.hpp"

namespace windlass::hook {

// <root>/<name>/ holds the files and manifest.json; <root>/.partial-<name>/ is one in the making. Its lock
// file is held (flock) by the run that makes it, so that another run can tell a living one from what a killed
// one left.
class DirectoryStore final : public BackupStore {
 public:
  // Throws Error(kConfiguration) when `root` is no folder: a volume that is not mounted must not become a
  // folder in the container's own file system.
  explicit DirectoryStore(std::filesystem::path root);

  std::unique_ptr<StagedBackup> begin(const std::string& name) override;
  std::vector<PublishedBackup> list(const std::string& identity) const override;
  std::string verify(const PublishedBackup& backup) const override;
  void remove(const PublishedBackup& backup) override;
  std::vector<std::string> remove_leftovers() override;

 private:
  std::filesystem::path root_;
};

}  // namespace windlass::hook
