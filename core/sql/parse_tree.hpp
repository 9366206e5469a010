// The one place that talks to libpg_query (PostgreSQL 15's own parser).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/sql/classify.hpp"

namespace windlass::sql {

// Both must run on a big stack (big_stack.hpp).

// Why the grammar of PostgreSQL 15 does not accept the text; nothing when it does. Builds no tree.
std::optional<SyntaxError> grammar_error(std::string_view statement);

// The tree of the first statement in the text, {"AlterTableStmt": {...}}, in libpg_query's JSON: default
// values are left out, `location` is a byte offset into the text. Null when the text does not parse, or is
// longer than kLongestTree: a tree takes hundreds of bytes for every byte of text, and a pod may have 64 MiB.
inline constexpr std::size_t kLongestTree = std::size_t{64} << 10U;
nlohmann::json parse_tree(std::string_view statement);

// A member of a tree's node; null, which has no members of its own, when the tree leaves it out.
const nlohmann::json& member(const nlohmann::json& node, const char* key);
// The text of a member; empty when it is left out or no text.
std::string text_of(const nlohmann::json& node, const char* key);

}  // namespace windlass::sql
