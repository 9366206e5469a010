// Where a script's text comes from, a file or memory, decoded piece by piece at any place.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/digest.hpp"
#include "core/base/seekable_file.hpp"
#include "core/migrations/decode.hpp"

namespace windlass::migrations {

class TextSource {
 public:
  TextSource() = default;  // empty
  // Text that is UTF-8 already.
  explicit TextSource(std::string text);
  TextSource(SeekableFile file, Encoding encoding);

  struct Piece {
    std::string text;       // UTF-8
    std::size_t bytes = 0;  // that it was made of
    bool last = false;
    std::optional<unsigned char> malformed;  // the byte behind `text` that is not of the encoding
  };

  // The piece that begins at byte `offset`, where an earlier one ended: about 256 KiB of whole characters,
  // and no \r\n is cut in two. Its bytes are added to `digest`, if there is one. Throws Error(kTransient)
  // when the file has become shorter.
  Piece read(std::size_t offset, Sha256* digest = nullptr) const;
  // How many bytes the first part `text` of the piece at `offset` was made of.
  std::size_t bytes_of(std::string_view text, std::size_t offset) const;
  std::size_t size() const;  // in bytes
  // The bytes as they lie in a file of UTF-8; nothing for all others.
  std::optional<FileStretch> map(std::size_t offset, std::size_t length) const;

 private:
  std::string bytes_at(std::size_t offset) const;

  std::string held_;
  std::optional<SeekableFile> file_;  // else `held_` is the text
  Encoding encoding_ = Encoding::kUtf8;
  std::size_t mark_ = 0;  // bytes of the mark that told UTF-16 its byte order
};

}  // namespace windlass::migrations
