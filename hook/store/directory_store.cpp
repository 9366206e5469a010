#include "hook/store/directory_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/files.hpp"

namespace windlass::hook {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPartial = ".partial-";
constexpr std::string_view kLockFile = ".lock";
constexpr std::string_view kManifestFile = "manifest.json";
constexpr std::size_t kManifestLimit = 1U << 20U;
// A run takes its lock within milliseconds of making the folder.
constexpr std::time_t kNewFolderSeconds = 60;
// Where the file system knows no locks, age has to tell: longer than any deadline that a Job would have.
constexpr std::time_t kOldFolderSeconds = 24 * 3600;

std::string store_hint(bool full) {
  return full ? "Free space on the backup volume, or lower backup-retention, then run again."
              : "Check that backup-dir is mounted and writable for the pod's user (fsGroup).";
}

Error store_error(const fs::path& path, int number) {
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return Error(full ? ExitCode::kTransient : ExitCode::kConfiguration,
               fmt::format("cannot write {}: {}", path.string(), std::strerror(number)), store_hint(full));
}

// A file descriptor that closes itself; closing the lock file lets the lock go.
class Handle {
 public:
  Handle(const fs::path& path, int flags) : number_(open(path.c_str(), flags | O_CLOEXEC, 0640)) {}
  ~Handle() {
    if (number_ >= 0) close(number_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  int get() const { return number_; }

 private:
  int number_;
};

void sync(const fs::path& path) {
  const Handle handle(path, O_RDONLY);
  if (handle.get() < 0 || fsync(handle.get()) != 0) throw store_error(path, errno);
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw store_error(path, error.value());
}

class StagedFolder final : public StagedBackup {
 public:
  StagedFolder(fs::path root, std::string name)
      : root_(std::move(root)), name_(std::move(name)), folder_(root_ / (std::string(kPartial) + name_)) {
    if (mkdir(folder_.c_str(), 0750) != 0) throw store_error(folder_, errno);
    lock_ = std::make_unique<Handle>(folder_ / kLockFile, O_WRONLY | O_CREAT);
    if (lock_->get() < 0) {
      const int number = errno;
      rmdir(folder_.c_str());
      throw store_error(folder_ / kLockFile, number);
    }
    flock(lock_->get(), LOCK_EX | LOCK_NB);  // a file system without locks refuses, then age tells
  }

  ~StagedFolder() override {
    if (published_) return;
    std::error_code ignored;  // what cannot be removed now is a leftover for the next run
    fs::remove_all(folder_, ignored);
  }

  fs::path file(const std::string& name) const override { return folder_ / name; }

  std::uint64_t bytes() const override {
    std::uint64_t total = 0;
    std::error_code ignored;  // a file may come or go meanwhile; the number is for progress
    for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
      const auto size = entry.file_size(ignored);
      if (!ignored) total += size;
    }
    return total;
  }

  PublishedBackup publish(const Manifest& manifest) override {
    for (const auto& file : manifest.files) sync(folder_ / file.name);
    write_manifest(manifest);
    unlink((folder_ / kLockFile).c_str());
    sync(folder_);
    const fs::path place = root_ / name_;
    if (rename(folder_.c_str(), place.c_str()) != 0) throw store_error(place, errno);
    published_ = true;
    sync(root_);
    return {name_, place.string(), manifest};
  }

 private:
  void write_manifest(const Manifest& manifest) const {
    try {
      write_file_atomically(folder_ / kManifestFile, to_json(manifest));
    } catch (const Error& error) {
      throw Error(error.code(), error.what(), store_hint(error.code() == ExitCode::kTransient));
    }
  }

  fs::path root_;
  std::string name_;
  fs::path folder_;
  std::unique_ptr<Handle> lock_;
  bool published_ = false;
};

std::optional<Manifest> read_manifest(const fs::path& folder) {
  try {
    return parse_manifest(read_file(folder / kManifestFile, kManifestLimit));
  } catch (const Error&) {
    return std::nullopt;  // a folder without a manifest is no backup of ours
  }
}

// Whether nobody works on the folder any more.
bool is_abandoned(const fs::path& folder) {
  struct stat facts {};
  if (stat(folder.c_str(), &facts) != 0) return false;
  const std::time_t age = std::time(nullptr) - facts.st_mtime;
  const Handle lock(folder / kLockFile, O_WRONLY);
  if (lock.get() < 0) return age > (errno == ENOENT ? kNewFolderSeconds : kOldFolderSeconds);
  if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return age > kNewFolderSeconds;
  return errno != EWOULDBLOCK && age > kOldFolderSeconds;
}

std::vector<fs::path> folders_of(const fs::path& root) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_directory(error)) folders.push_back(entry->path());
  }
  if (!error) return folders;
  throw Error(ExitCode::kConfiguration, fmt::format("cannot read {}: {}", root.string(), error.message()),
              "Check that backup-dir is mounted and readable for the pod's user.");
}

// How a file differs from what its manifest says; empty when it does not.
std::string file_fault(const fs::path& path, const BackupFile& expected) {
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error) return fmt::format("{} is missing", expected.name);
  if (bytes != expected.bytes) {
    return fmt::format("{} has {} bytes instead of {}", expected.name, bytes, expected.bytes);
  }
  try {
    if (sha256_hex_of_file(path) == expected.sha256) return "";
  } catch (const Error& unreadable) {
    return unreadable.what();
  }
  return fmt::format("{} has another digest than its manifest", expected.name);
}

}  // namespace

DirectoryStore::DirectoryStore(fs::path root) : root_(std::move(root)) {
  std::error_code error;
  if (fs::is_directory(root_, error)) return;
  throw Error(ExitCode::kConfiguration, fmt::format("backup-dir {} is no folder", root_.string()),
              "Mount the backup volume there.");
}

std::unique_ptr<StagedBackup> DirectoryStore::begin(const std::string& name) {
  return std::make_unique<StagedFolder>(root_, name);
}

std::vector<PublishedBackup> DirectoryStore::list(const std::string& identity) const {
  std::vector<PublishedBackup> backups;
  for (const auto& folder : folders_of(root_)) {
    const std::string name = folder.filename().string();
    if (name.starts_with('.')) continue;
    auto manifest = read_manifest(folder);
    if (!manifest || manifest->identity != identity) continue;
    backups.push_back({name, folder.string(), *std::move(manifest)});
  }
  // The times are UTC and of one form, so their texts are in order.
  std::sort(backups.begin(), backups.end(), [](const PublishedBackup& a, const PublishedBackup& b) {
    return std::tie(a.manifest.finished, a.name) > std::tie(b.manifest.finished, b.name);
  });
  return backups;
}

std::string DirectoryStore::verify(const PublishedBackup& backup) const {
  for (const auto& entry : backup.manifest.files) {
    auto fault = file_fault(root_ / backup.name / entry.name, entry);
    if (!fault.empty()) return fault;
  }
  return backup.manifest.files.empty() ? "its manifest lists no file" : "";
}

void DirectoryStore::remove(const PublishedBackup& backup) {
  const fs::path folder = root_ / backup.name;
  const fs::path hidden = root_ / (std::string(kPartial) + backup.name);
  if (rename(folder.c_str(), hidden.c_str()) != 0) throw store_error(folder, errno);
  remove_tree(hidden);
}

std::vector<std::string> DirectoryStore::remove_leftovers() {
  std::vector<std::string> removed;
  for (const auto& folder : folders_of(root_)) {
    const std::string name = folder.filename().string();
    if (!name.starts_with(kPartial) || !is_abandoned(folder)) continue;
    remove_tree(folder);
    removed.push_back(name);
  }
  return removed;
}

std::vector<std::string> retain(BackupStore& store, const std::string& identity, std::size_t keep) {
  std::vector<std::string> removed;
  const auto backups = store.list(identity);
  for (std::size_t i = keep; i < backups.size(); ++i) {
    store.remove(backups[i]);
    removed.push_back(backups[i].name);
  }
  return removed;
}

}  // namespace windlass::hook
