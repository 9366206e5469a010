// Flyway's checksum of a script: the CRC-32 of its text without line ends.
#pragma once

#include <cstdint>
#include <string_view>

namespace windlass::migrations {

// Takes the text, which is UTF-8, piece by piece. One leading byte order mark and every CR and LF do not
// count.
class Checksum {
 public:
  void add(std::string_view piece);  // the first one holds the byte order mark whole, if there is one
  std::int32_t value() const;

 private:
  std::uint32_t crc_ = 0;
  bool begun_ = false;
};

// Of a text in one piece.
std::int32_t checksum(std::string_view text);

}  // namespace windlass::migrations
