// Durations as people write them in settings and read them in logs.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace windlass {

using Milliseconds = std::chrono::milliseconds;

// "500ms", "30s", "15m", "2h", "1h30m"; nothing when it is none of these, negative, or over 10 years.
std::optional<Milliseconds> parse_duration(std::string_view text);

// The shortest of the forms above: 90 s is "1m30s", 1500 ms is "1500ms".
std::string format_duration(Milliseconds duration);

}  // namespace windlass
