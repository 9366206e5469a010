// Which locks an ALTER TABLE or CREATE TABLE takes and for how long, read from its parse tree.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/sql/classify.hpp"

namespace windlass::sql {

struct TableLocks {
  LockClass lock = LockClass::kNone;
  std::vector<std::string> relations;  // that exist before the statement, as written, none twice
};

// Nothing when the tree is of another kind of statement. `statement` is the text that `tree` was made from.
// Rules: locks and rewrites measured on PostgreSQL 12 to 18. Without a catalogue the careful answer is given:
// SET NOT NULL, a type change and ATTACH PARTITION count as heavy, although a proof in the catalogue can make
// them light.
std::optional<TableLocks> table_locks(const nlohmann::json& tree, std::string_view statement);

}  // namespace windlass::sql
