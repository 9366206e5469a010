#include "core/migrations/history.hpp"

#include "core/base/text.hpp"

namespace windlass::migrations {
namespace {

constexpr std::size_t kLongestDescription = 200;
constexpr std::string_view kEllipsis = "...";

// Characters above U+FFFF, four bytes in UTF-8, are two units in UTF-16.
std::size_t utf16_units(char byte) {
  if (is_utf8_continuation(byte)) return 0;
  return static_cast<unsigned char>(byte) >= 0xF0 ? 2 : 1;
}

// Bytes of the longest beginning of whole characters that has at most `units`.
std::size_t bytes_of(std::string_view text, std::size_t units) {
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    used += utf16_units(text[at]);
    if (used > units) return at;
  }
  return text.size();
}

}  // namespace

std::string canonical_type(std::string_view type) {
  if (type == "SPRING_JDBC") return "JDBC";
  if (type == "SQL_STATE_SCRIPT") return "SQL_BASELINE";
  if (type == "JDBC_STATE_SCRIPT") return "JDBC_BASELINE";
  return std::string(type);
}

bool is_baseline_type(std::string_view type) { return type.ends_with("BASELINE"); }

bool is_synthetic_type(std::string_view type) {
  return type == "SCHEMA" || type == "BASELINE" || type == "DELETE";
}

bool is_undo_type(std::string_view type) { return type.starts_with("UNDO_"); }

std::string stored_description(std::string_view description) {
  if (bytes_of(description, kLongestDescription) == description.size()) return std::string(description);
  const std::size_t kept = bytes_of(description, kLongestDescription - kEllipsis.size());
  return std::string(description.substr(0, kept)) + std::string(kEllipsis);
}

}  // namespace windlass::migrations
