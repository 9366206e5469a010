#include "core/base/seekable_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/error.hpp"

namespace windlass {
namespace {

Error cannot_read(const std::string& path, std::string_view reason) {
  return Error(ExitCode::kConfiguration, fmt::format("cannot read {}: {}", path, reason));
}

}  // namespace

SeekableFile::SeekableFile(const std::filesystem::path& path) : path_(path.string()) {
  // Opening a pipe that nobody writes to would wait for ever.
  descriptor_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) throw cannot_read(path_, std::strerror(errno));
  struct stat status {};
  const bool known = fstat(descriptor_, &status) == 0;
  if (known && S_ISREG(status.st_mode)) {
    size_ = static_cast<std::size_t>(status.st_size);
    return;
  }
  const std::string reason = known ? "no regular file" : std::strerror(errno);
  close(descriptor_);
  throw cannot_read(path_, reason);
}

SeekableFile::~SeekableFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

SeekableFile::SeekableFile(SeekableFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

SeekableFile& SeekableFile::operator=(SeekableFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

std::string SeekableFile::read(std::size_t offset, std::size_t count) const {
  std::string bytes(offset < size_ ? std::min(count, size_ - offset) : 0, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got =
        pread(descriptor_, bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw cannot_read(path_, std::strerror(errno));
    if (got == 0) break;  // it has become shorter
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

void FileStretch::Unmap::operator()(char* pages) const { munmap(pages, length); }

std::optional<FileStretch> SeekableFile::map(std::size_t offset, std::size_t length) const {
  if (offset + length >= size_) return std::nullopt;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t before = offset % page;
  const std::size_t mapped = before + length + 1;
  void* at = mmap(nullptr, mapped, PROT_READ, MAP_PRIVATE, descriptor_, static_cast<off_t>(offset - before));
  if (at == MAP_FAILED) return std::nullopt;
  FileStretch stretch;
  stretch.pages_ =
      std::unique_ptr<char, FileStretch::Unmap>(static_cast<char*>(at), FileStretch::Unmap{mapped});
  // Only the last page becomes memory of our own, for the NUL.
  char* end = stretch.pages_.get() + before + length;
  char* last_page = end - (before + length) % page;
  if (mprotect(last_page, page, PROT_READ | PROT_WRITE) != 0) return std::nullopt;
  *end = '\0';
  stretch.text_ = {stretch.pages_.get() + before, length};
  return stretch;
}

}  // namespace windlass
