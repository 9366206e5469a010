// What a script says of itself to Windlass, in a comment before its first statement: Flyway passes over it.
#pragma once

#include <string>
#include <string_view>

#include "core/base/diagnostic.hpp"
#include "core/migrations/script_name.hpp"

namespace windlass::migrations {

// Whether a line `-- windlass: contract` stands in the comments that `text` begins with: the script takes
// away what an application that still runs may need, and runs after the rollout (docs/expand-contract.md).
// `text` need not be the whole script. Another word there is an error in `diagnostics`, and so is the mark on
// what is no versioned script.
bool is_marked_contract(std::string_view text, ScriptKind kind, const std::string& file,
                        Diagnostics& diagnostics);

}  // namespace windlass::migrations
