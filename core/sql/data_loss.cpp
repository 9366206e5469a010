#include "core/sql/data_loss.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/sql/big_stack.hpp"
#include "core/sql/parse_tree.hpp"

namespace windlass::sql {
namespace {

using nlohmann::json;

// {"schemaname": "shop", "relname": "orders"} -> "shop.orders".
std::string relation_name(const json& range) {
  const std::string schema = text_of(range, "schemaname");
  return (schema.empty() ? "" : schema + ".") + text_of(range, "relname");
}

// [{"String": {"sval": "shop"}}, {"String": {"sval": "orders"}}] -> "shop.orders".
std::string dotted(const json& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ".") + text_of(member(name, "String"), "sval");
  return text;
}

std::vector<Loss> dropped(const json& drop) {
  const std::string type = text_of(drop, "removeType");
  std::vector<Loss> losses;
  for (const auto& object : member(drop, "objects")) {
    if (type == "OBJECT_TABLE")
      losses.push_back({Loss::Kind::kTable, dotted(member(member(object, "List"), "items")), ""});
    if (type == "OBJECT_SCHEMA") {
      losses.push_back({Loss::Kind::kOther, "schema " + text_of(member(object, "String"), "sval"), ""});
    }
  }
  return losses;
}

std::vector<Loss> altered(const json& alter) {
  std::vector<Loss> losses;
  for (const auto& item : member(alter, "cmds")) {
    const json& command = member(item, "AlterTableCmd");
    if (text_of(command, "subtype") != "AT_DropColumn") continue;
    losses.push_back(
        {Loss::Kind::kColumn, relation_name(member(alter, "relation")), text_of(command, "name")});
  }
  return losses;
}

std::vector<Loss> emptied(const json& truncate) {
  std::vector<Loss> losses;
  for (const auto& relation : member(truncate, "relations")) {
    losses.push_back({Loss::Kind::kRows, relation_name(member(relation, "RangeVar")), ""});
  }
  return losses;
}

std::vector<Loss> losses_of(const json& tree) {
  if (tree.contains("DropStmt")) return dropped(tree["DropStmt"]);
  if (tree.contains("AlterTableStmt")) return altered(tree["AlterTableStmt"]);
  if (tree.contains("TruncateStmt")) return emptied(tree["TruncateStmt"]);
  for (const char* kind : {"DeleteStmt", "UpdateStmt"}) {
    if (tree.contains(kind)) return {{Loss::Kind::kRows, relation_name(member(tree[kind], "relation")), ""}};
  }
  if (tree.contains("DropdbStmt"))
    return {{Loss::Kind::kOther, "database " + text_of(tree["DropdbStmt"], "dbname"), ""}};
  return {};
}

}  // namespace

std::string to_text(const Loss& loss) {
  switch (loss.kind) {
    case Loss::Kind::kTable: return "table " + loss.relation;
    case Loss::Kind::kColumn: return "column " + loss.column + " of " + loss.relation;
    case Loss::Kind::kRows: return "rows of " + loss.relation;
    case Loss::Kind::kOther: return loss.relation;
  }
  return {};
}

std::vector<Loss> data_loss(std::string_view statement) {
  std::vector<Loss> losses;
  run_on_big_stack(std::min(statement.size(), kLongestTree), [&] {
    const json tree = parse_tree(statement);
    if (!tree.is_null()) losses = losses_of(tree);
  });
  return losses;
}

}  // namespace windlass::sql
