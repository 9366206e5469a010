#include "core/base/duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace windlass {
namespace {

constexpr std::int64_t kLongest = std::int64_t{10} * 365 * 24 * 3600 * 1000;

std::int64_t unit_milliseconds(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return 1000;
  if (unit == "m") return 60 * 1000;
  if (unit == "h") return 3600 * 1000;
  return 0;
}

}  // namespace

std::optional<Milliseconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit_end = std::min(text.find_first_of("0123456789"), text.size());
    const std::int64_t unit = unit_milliseconds(text.substr(0, unit_end));
    if (unit == 0 || number > (kLongest - total) / unit) return std::nullopt;
    text.remove_prefix(unit_end);
    total += number * unit;
  }
  return Milliseconds(total);
}

std::string format_duration(Milliseconds duration) {
  const std::int64_t total = duration.count();
  if (total == 0) return "0s";
  if (total % 1000 != 0) return fmt::format("{}ms", total);
  const std::int64_t seconds = total / 1000;
  std::string text;
  if (seconds >= 3600) text += fmt::format("{}h", seconds / 3600);
  if (seconds / 60 % 60 != 0) text += fmt::format("{}m", seconds / 60 % 60);
  if (seconds % 60 != 0) text += fmt::format("{}s", seconds % 60);
  return text;
}

}  // namespace windlass
