// Replaces ${name} in a script as Flyway does: everywhere, names in any case, values not looked at again.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"

namespace windlass::migrations {

struct PlaceholderRules {
  bool enabled = true;
  std::string prefix = "${";
  std::string suffix = "}";
  std::map<std::string, std::string> values;  // keys in lower case; built-ins as "flyway:user"
};

// A stretch of replaced text and where it came from, so that an error position can be mapped back.
struct Replacement {
  std::size_t source_offset;
  std::size_t source_length;
  std::size_t result_offset;
  std::size_t result_length;
};

struct Replaced {
  std::string text;
  std::vector<Replacement> replacements;  // ascending
  Diagnostics diagnostics;                // placeholders without a value, unterminated ones
};

// `file` is the script's path: it names the script in diagnostics and its last component is the value of
// ${flyway:filename}. What has no value stays as it is written. As in Flyway (#3638) a prefix right behind a
// character that could have begun it is not seen: "$${x}" stays, so that dollar quotes keep their meaning.
Replaced replace_placeholders(std::string_view source, const PlaceholderRules& rules,
                              const std::string& file);

// The same for a piece of a longer text. Where more follows, a placeholder that the piece ends in belongs to
// the next one, and `taken` says how many bytes of this one were looked at; 0 for a placeholder without an
// end in it.
Replaced replace_placeholders_in_piece(std::string_view piece, const PlaceholderRules& rules,
                                       const std::string& file, std::size_t& taken);

// The byte of the source that `result_offset` of the replaced text came from.
std::size_t source_offset(const Replaced& replaced, std::size_t result_offset);

}  // namespace windlass::migrations
