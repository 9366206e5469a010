#include "core/migrations/text_source.hpp"

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace windlass::migrations {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10U;
constexpr std::size_t kLongestCharacter = 4;  // in bytes, in every encoding

}  // namespace

TextSource::TextSource(std::string text) : held_(std::move(text)) {}

TextSource::TextSource(SeekableFile file, Encoding encoding) : file_(std::move(file)), encoding_(encoding) {
  if (encoding_ != Encoding::kUtf16) return;
  const std::string begin = file_->read(0, 2);
  const bool little = begin == "\xFF\xFE";
  encoding_ = little ? Encoding::kUtf16Le : Encoding::kUtf16Be;
  mark_ = little || begin == "\xFE\xFF" ? begin.size() : 0;
}

std::size_t TextSource::size() const { return file_ ? file_->size() : held_.size(); }

std::string TextSource::bytes_at(std::size_t offset) const {
  const std::size_t count = std::min(kPiece, size() - std::min(offset, size()));
  if (!file_) return held_.substr(std::min(offset, held_.size()), count);
  std::string bytes = file_->read(offset, count);
  if (bytes.size() < count)
    throw Error(ExitCode::kTransient, "a script changed while it was read", "Run again.");
  return bytes;
}

std::optional<FileStretch> TextSource::map(std::size_t offset, std::size_t length) const {
  if (!file_ || encoding_ != Encoding::kUtf8) return std::nullopt;
  return file_->map(offset, length);
}

TextSource::Piece TextSource::read(std::size_t offset, Sha256* digest) const {
  const std::string bytes = bytes_at(offset);
  const std::size_t mark = offset == 0 ? mark_ : 0;
  Decoded decoded = decode(std::string_view(bytes).substr(mark), encoding_);
  Piece piece;
  piece.text = std::move(decoded.text);
  piece.bytes = mark + decoded.malformed_offset.value_or(bytes.size() - mark);
  piece.last = offset + bytes.size() >= size();
  // A character that the end of the piece cuts in two is the beginning of the next one.
  const bool is_cut = !piece.last && piece.bytes + kLongestCharacter > bytes.size();
  if (decoded.malformed_offset && !is_cut) {
    piece.malformed = static_cast<unsigned char>(bytes[piece.bytes]);
    piece.last = true;
  } else if (!piece.last && piece.text.ends_with('\r')) {
    piece.text.pop_back();
    piece.bytes -= bytes_of("\r", bytes.size());
  }
  if (digest != nullptr) digest->add(std::string_view(bytes).substr(0, piece.bytes));
  return piece;
}

std::size_t TextSource::bytes_of(std::string_view text, std::size_t offset) const {
  if (encoding_ == Encoding::kUtf8) return text.size();
  const bool wide = encoding_ == Encoding::kUtf16Be || encoding_ == Encoding::kUtf16Le;
  std::size_t bytes = offset == 0 ? mark_ : 0;
  for (const char c : text) {
    constexpr unsigned char kFirstOfFour = 0xF0;  // a pair of surrogates in UTF-16
    if (is_utf8_continuation(c)) continue;
    bytes += !wide ? 1 : static_cast<unsigned char>(c) >= kFirstOfFour ? 4 : 2;
  }
  return bytes;
}

}  // namespace windlass::migrations
