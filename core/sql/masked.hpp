// A statement's first words for a log line: what it does, and none of the values that it holds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace windlass::sql {

// The statement on one line, comments left out, every string and number replaced by "?", cut behind the word
// that reaches `longest` bytes ("..." then stands behind it). A text that breaks off inside a string, as
// pg_stat_activity.query may, ends with "?". Never fails on any text.
std::string masked(std::string_view statement, std::size_t longest);

}  // namespace windlass::sql
