// Reading and writing whole files so that nobody ever sees half of one.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace windlass {

enum class FileKind {
  kAny,      // a pipe is waited for
  kRegular,  // anything else is refused at once
};

// The bytes of a file. Throws Error(kConfiguration) naming the path when it cannot be read, is a folder or
// not of the `kind`, or is larger than `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::size_t limit, FileKind kind = FileKind::kAny);

// Writes beside `path`, syncs, then renames over it; makes missing parent folders. On failure throws
// Error(kTransient) when the disk is full, Error(kConfiguration) otherwise, and leaves what was there.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

// A new empty folder under `parent` (the system's folder for temporary files when empty), mode 0700,
// removed with all its contents when the object dies.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(std::string_view prefix, const std::filesystem::path& parent = {});
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Leaves the folder where it is when the object dies.
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

// The value of an environment variable; nothing when it is not set.
std::optional<std::string> environment_variable(const std::string& name);

}  // namespace windlass
