// What a psql backslash command in a script means to a runner that is not psql.
#pragma once

#include <string>
#include <string_view>

namespace windlass::sql {

// Whether the command (its name without the backslash) changes nothing when it is left out. pg_dump of August
// 2025 and later writes \restrict and \unrestrict around every plain dump.
bool is_harmless_meta_command(std::string_view name);

// What to do about a command that is refused, a sentence.
std::string meta_command_help(std::string_view name);

}  // namespace windlass::sql
