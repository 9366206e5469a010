#include "core/base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "core/base/error.hpp"

namespace windlass {
namespace {

namespace fs = std::filesystem;

Error write_error(const fs::path& path, int number) {
  const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  return Error(full ? ExitCode::kTransient : ExitCode::kConfiguration,
               fmt::format("cannot write {}: {}", path.string(), std::strerror(number)),
               full ? "Free space on that disk, then run again." : "Check that the folder is writable.");
}

// Closes and, unless the file was put in its place, removes it.
class HalfWritten {
 public:
  explicit HalfWritten(fs::path target) : path_(std::move(target)) {
    path_ += fmt::format(".{}.tmp", getpid());
    descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw write_error(path_, errno);
  }
  ~HalfWritten() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!placed_) unlink(path_.c_str());
  }
  HalfWritten(const HalfWritten&) = delete;
  HalfWritten& operator=(const HalfWritten&) = delete;

  void write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw write_error(path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(descriptor_) != 0) throw write_error(path_, errno);
  }

  void place(const fs::path& target) {
    if (rename(path_.c_str(), target.c_str()) != 0) throw write_error(target, errno);
    placed_ = true;
  }

 private:
  fs::path path_;
  int descriptor_ = -1;
  bool placed_ = false;
};

}  // namespace

std::string read_file(const fs::path& path, std::size_t limit) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) throw Error(ExitCode::kConfiguration, path.string() + " does not exist");
  if (fs::is_directory(status))
    throw Error(ExitCode::kConfiguration, path.string() + " is a folder, not a file");
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw Error(ExitCode::kConfiguration,
                fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
  std::string bytes;
  std::string piece(1 << 16, '\0');
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    bytes.append(piece, 0, static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > limit) {
      throw Error(ExitCode::kConfiguration, fmt::format("{} is larger than {} bytes", path.string(), limit));
    }
  }
  if (!file.eof()) throw Error(ExitCode::kConfiguration, "cannot read " + path.string());
  return bytes;
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  if (path.has_parent_path()) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) throw write_error(path.parent_path(), error.value());
  }
  HalfWritten file(path);
  file.write_all(bytes);
  file.place(path);
}

TemporaryDirectory::TemporaryDirectory(std::string_view prefix, const fs::path& parent) {
  std::string pattern = ((parent.empty() ? fs::temp_directory_path() : parent) / prefix).string() + "XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw write_error(pattern, errno);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  if (kept_) return;
  std::error_code ignored;  // a destructor only undoes; what cannot be removed is left to the system
  fs::remove_all(path_, ignored);
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace windlass
