#include "core/base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

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

struct Descriptor {
  int number = -1;

  Descriptor() = default;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

// A file open for reading.
class OpenFile {
 public:
  OpenFile(const fs::path& path, FileKind kind) : path_(path) {
    // Opening a pipe that nobody writes to would wait for ever.
    const int no_wait = kind == FileKind::kRegular ? O_NONBLOCK : 0;
    file_.number = open(path.c_str(), O_RDONLY | O_CLOEXEC | no_wait);
    if (file_.number < 0 && (errno == ENOENT || errno == ENOTDIR))
      throw Error(ExitCode::kConfiguration, path.string() + " does not exist");
    if (file_.number < 0 || fstat(file_.number, &status_) != 0) fail();
    if (S_ISDIR(status_.st_mode)) refuse("a folder, not a file");
    if (kind == FileKind::kRegular && !is_regular()) refuse("no regular file");
  }

  bool is_regular() const { return S_ISREG(status_.st_mode); }
  // What a regular file is said to hold; files of /proc say 0.
  std::size_t size() const { return is_regular() ? static_cast<std::size_t>(status_.st_size) : 0; }

  // Returns how many bytes it got; 0 at the end.
  std::size_t read_into(char* bytes, std::size_t count) const {
    ssize_t got = 0;
    while ((got = read(file_.number, bytes, count)) < 0) {
      if (errno != EINTR) fail();
    }
    return static_cast<std::size_t>(got);
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(ExitCode::kConfiguration,
                fmt::format("cannot read {}: {}", path_.string(), std::strerror(errno)));
  }
  [[noreturn]] void refuse(std::string_view what) const {
    throw Error(ExitCode::kConfiguration, fmt::format("{} is {}", path_.string(), what));
  }

  const fs::path& path_;
  Descriptor file_;
  struct stat status_ {};
};

}  // namespace

std::string read_file(const fs::path& path, std::size_t limit, FileKind kind) {
  const OpenFile file(path, kind);
  // One byte more than there is: a read that does not fill it has seen the end.
  std::string bytes(std::min(file.size(), limit) + 1, '\0');
  std::size_t filled = 0;
  while (const std::size_t got = file.read_into(bytes.data() + filled, bytes.size() - filled)) {
    filled += got;
    if (filled > limit)
      throw Error(ExitCode::kConfiguration, fmt::format("{} is larger than {} bytes", path.string(), limit));
    if (filled == file.size()) break;
    if (filled == bytes.size()) bytes.resize(std::min(2 * filled, limit) + 1);
  }
  bytes.resize(filled);
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
