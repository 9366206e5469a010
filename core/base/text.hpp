// Small operations on text that several folders need; ASCII unless said otherwise.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace windlass {

std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
// Without blanks, tabs and line ends at both ends.
std::string_view trim(std::string_view text);
// The parts between separators; an empty text has no parts.
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
// `count` with its noun: "1 script", "3 scripts".
std::string counted(std::size_t count, std::string_view noun);

inline bool is_utf8_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }
// Whether every byte belongs to a well-formed UTF-8 sequence (no surrogates, no overlong forms).
bool is_valid_utf8(std::string_view text);
// The first offset that is_valid_utf8 stumbles over; text.size() when there is none.
std::size_t first_invalid_utf8(std::string_view text);

}  // namespace windlass
