// The source line of a diagnostic, unless it is too long to be of use to anybody.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/diagnostic.hpp"

namespace windlass::migrations {

// The line that holds byte `offset`; empty when it is longer than 500 bytes, as in dumps and generated data.
inline std::string_view shown_line(std::string_view text, std::size_t offset) {
  constexpr std::size_t kLongest = 500;
  const std::string_view line = line_at(text, offset);
  return line.size() <= kLongest ? line : std::string_view{};
}

}  // namespace windlass::migrations
