// A regular file that is read at any place, as often as needed, and stays the one that was opened.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace windlass {

// A stretch of a file as memory, with a NUL behind it. Its pages are the file's own, which the kernel can
// take back and read again; who shortens the file meanwhile ends the process (SIGBUS).
class FileStretch {
 public:
  std::string_view text() const { return text_; }

 private:
  friend class SeekableFile;
  struct Unmap {
    std::size_t length;
    void operator()(char* pages) const;
  };

  std::unique_ptr<char, Unmap> pages_;
  std::string_view text_;
};

class SeekableFile {
 public:
  // Throws Error(kConfiguration) naming the path when it cannot be read or is no regular file.
  explicit SeekableFile(const std::filesystem::path& path);
  ~SeekableFile();
  SeekableFile(SeekableFile&& other) noexcept;
  SeekableFile& operator=(SeekableFile&& other) noexcept;

  std::size_t size() const { return size_; }  // bytes, when it was opened
  // The bytes from `offset` on, at most `count`; fewer at the end of the file. Throws Error(kConfiguration).
  std::string read(std::size_t offset, std::size_t count) const;
  // Nothing when the file ends there, or when the system maps no files.
  std::optional<FileStretch> map(std::size_t offset, std::size_t length) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::size_t size_ = 0;
};

}  // namespace windlass
