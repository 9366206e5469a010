// One digest for all scripts that are the same statements: what was applied can be compared without its text.
#pragma once

#include <string>
#include <string_view>

namespace windlass::sql {

// SHA-256 of what same_tokens() compares: equal for scripts that are the same tokens and COPY rows. Empty for
// a script that split() finds faults in: nothing can be proven of it.
std::string token_digest(std::string_view script);

}  // namespace windlass::sql
