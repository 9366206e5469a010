// Where backups are kept: a seam, behind which a mounted directory stands today and an object store may
// later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hook/store/manifest.hpp"

namespace windlass::hook {

struct PublishedBackup {
  std::string name;
  std::string location;  // for people: a path or URL
  Manifest manifest;
};

// A backup in the making. Nobody sees it as a backup before publish(); when the object dies without,
// everything it holds is removed.
class StagedBackup {
 public:
  virtual ~StagedBackup() = default;
  // Where the file of that name is to be written.
  virtual std::filesystem::path file(const std::string& name) const = 0;
  // What lies in the stage so far.
  virtual std::uint64_t bytes() const = 0;
  // Makes everything durable, then visible at once. Throws Error(kTransient) when the disk is full,
  // Error(kConfiguration) when the store cannot be written.
  virtual PublishedBackup publish(const Manifest& manifest) = 0;
};

class BackupStore {
 public:
  virtual ~BackupStore() = default;
  // Starts a backup; names are unique. Throws as publish() does.
  virtual std::unique_ptr<StagedBackup> begin(const std::string& name) = 0;
  // All published ones of a database (Manifest::identity), newest first. What has no readable manifest is
  // none.
  virtual std::vector<PublishedBackup> list(const std::string& identity) const = 0;
  // Reads every file again. Says what is wrong ("shop.dump is missing"), empty when all is as the manifest
  // says.
  virtual std::string verify(const PublishedBackup& backup) const = 0;
  // Removes one backup; a removal that is interrupted leaves none that looks whole. Throws as publish() does.
  virtual void remove(const PublishedBackup& backup) = 0;
  // Removes what killed runs left behind; returns the names. What a living run works on stays.
  virtual std::vector<std::string> remove_leftovers() = 0;
};

// Removes the oldest backups of a database until `keep` (1 or more) are left; returns their names.
std::vector<std::string> retain(BackupStore& store, const std::string& identity, std::size_t keep);

}  // namespace windlass::hook
