// Reads the `.conf` file beside a script: Java's properties syntax, Flyway's keys (Flyway section 3.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/diagnostic.hpp"
#include "core/migrations/placeholders.hpp"

namespace windlass::migrations {

// What a script's own file changes for it alone.
struct ScriptConfig {
  std::optional<bool> execute_in_transaction;
  std::optional<bool> placeholder_replacement;
  std::optional<std::string> encoding;  // one that parse_encoding() knows
};

// `text` is UTF-8. Unknown keys, bad values and keys given twice are added to `diagnostics`, all of them.
// Placeholders are replaced in values; environment variables are not, so that a file means the same
// everywhere.
ScriptConfig parse_script_config(std::string_view text, const std::string& file,
                                 const PlaceholderRules& placeholders, Diagnostics& diagnostics);

}  // namespace windlass::migrations
