#include "core/migrations/checksum.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <string>

namespace windlass::migrations {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

void Checksum::add(std::string_view piece) {
  if (!begun_ && piece.starts_with(kByteOrderMark)) piece.remove_prefix(kByteOrderMark.size());
  begun_ = true;
  // The lines are put together first: one long stretch is several times faster than many short ones.
  std::string lines;
  lines.reserve(piece.size());
  while (!piece.empty()) {
    const std::size_t end = std::min(piece.find('\n'), piece.size());
    lines.append(piece, 0, end);
    piece.remove_prefix(std::min(end + 1, piece.size()));
  }
  if (lines.find('\r') != std::string::npos) std::erase(lines, '\r');
  crc_ = libdeflate_crc32(crc_, lines.data(), lines.size());
}

std::int32_t Checksum::value() const { return static_cast<std::int32_t>(crc_); }

std::int32_t checksum(std::string_view text) {
  Checksum whole;
  whole.add(text);
  return whole.value();
}

}  // namespace windlass::migrations
