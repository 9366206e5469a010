// Flyway's checksum of a script: the CRC-32 of its text without line ends.
#pragma once

#include <cstdint>
#include <string_view>

namespace windlass::migrations {

// `text` is UTF-8. One leading byte order mark and every CR and LF do not count.
std::int32_t checksum(std::string_view text);

}  // namespace windlass::migrations
