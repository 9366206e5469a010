#include "core/migrations/checksum.hpp"

#include <zlib.h>

#include <algorithm>

namespace windlass::migrations {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::int32_t checksum(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  uLong crc = crc32_z(0, nullptr, 0);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(line.data()), line.size());
    begin = end + 1;
  }
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(crc));
}

}  // namespace windlass::migrations
