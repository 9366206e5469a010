#include "core/sql/table_locks.hpp"

#include <algorithm>
#include <array>

#include "core/sql/object_rules.hpp"
#include "core/sql/parse_tree.hpp"
#include "core/sql/word_reader.hpp"

namespace windlass::sql {
namespace {

using nlohmann::json;

// Functions whose result does not change within a statement: as a default they need no rewrite. Any other
// call might.
constexpr std::array<std::string_view, 38> kSteadyFunctions = {"now",
                                                               "transaction_timestamp",
                                                               "statement_timestamp",
                                                               "timezone",
                                                               "date_trunc",
                                                               "date_part",
                                                               "to_timestamp",
                                                               "to_date",
                                                               "to_char",
                                                               "make_date",
                                                               "make_interval",
                                                               "make_timestamptz",
                                                               "lower",
                                                               "upper",
                                                               "btrim",
                                                               "ltrim",
                                                               "rtrim",
                                                               "concat",
                                                               "replace",
                                                               "repeat",
                                                               "substring",
                                                               "length",
                                                               "md5",
                                                               "encode",
                                                               "decode",
                                                               "abs",
                                                               "round",
                                                               "floor",
                                                               "ceil",
                                                               "array_fill",
                                                               "to_json",
                                                               "to_jsonb",
                                                               "json_build_object",
                                                               "json_build_array",
                                                               "jsonb_build_object",
                                                               "jsonb_build_array",
                                                               "current_setting",
                                                               "current_database"};

bool is_set(const json& node, const char* key) { return node.contains(key) && node[key] == true; }

std::string last_name(const json& names) {
  return names.empty() ? std::string() : text_of(member(names.back(), "String"), "sval");
}

// Whether a volatile function might be called anywhere in the expression. Loops instead of recursing:
// expressions can be deeper than any stack.
bool may_be_volatile(const json& expression) {
  std::vector<const json*> open = {&expression};
  while (!open.empty()) {
    const json& node = *open.back();
    open.pop_back();
    if (node.is_object() && node.contains("FuncCall")) {
      const std::string name = last_name(member(node["FuncCall"], "funcname"));
      if (std::find(kSteadyFunctions.begin(), kSteadyFunctions.end(), name) == kSteadyFunctions.end())
        return true;
    }
    if (!node.is_structured()) continue;
    for (const json& member : node) open.push_back(&member);
  }
  return false;
}

class Reader {
 public:
  explicit Reader(std::string_view statement) : statement_(statement) {}

  TableLocks alter(const json& node);
  TableLocks create(const json& node);

 private:
  LockClass lock_of(const json& command);
  LockClass lock_of_column(const json& column);
  LockClass lock_of_constraint(const json& constraint);
  void add_relation(const json& range);
  void add_references(const json& elements);

  std::string_view statement_;
  TableLocks result_;
};

void Reader::add_relation(const json& range) {
  if (!range.contains("relname")) return;
  WordReader words(statement_, range.value("location", std::size_t{0}));
  std::string name = words.accept_name();
  if (name.empty()) return;
  if (std::find(result_.relations.begin(), result_.relations.end(), name) != result_.relations.end()) return;
  result_.relations.push_back(std::move(name));
}

LockClass Reader::lock_of_constraint(const json& constraint) {
  const std::string kind = text_of(constraint, "contype");
  add_relation(member(constraint, "pktable"));
  if (kind == "CONSTR_CHECK" || kind == "CONSTR_FOREIGN") {
    return is_set(constraint, "skip_validation") ? LockClass::kFast : LockClass::kHeavy;
  }
  if (kind == "CONSTR_UNIQUE" || kind == "CONSTR_PRIMARY") {
    return text_of(constraint, "indexname").empty() ? LockClass::kHeavy : LockClass::kFast;
  }
  return kind == "CONSTR_EXCLUSION" ? LockClass::kHeavy : LockClass::kFast;
}

// A new column costs nothing unless every row must get a value of its own or must be looked at.
LockClass Reader::lock_of_column(const json& column) {
  const std::string type = last_name(member(member(column, "typeName"), "names"));
  bool heavy = type.ends_with("serial");
  bool has_default = false;
  bool has_reference = false;
  for (const json& wrapped : member(column, "constraints")) {
    const json& constraint = member(wrapped, "Constraint");
    const std::string kind = text_of(constraint, "contype");
    if (kind == "CONSTR_DEFAULT") {
      has_default = true;
      heavy = heavy || may_be_volatile(member(constraint, "raw_expr"));
    } else if (kind == "CONSTR_FOREIGN") {
      has_reference = true;
      add_relation(member(constraint, "pktable"));
    } else if (kind == "CONSTR_GENERATED" || kind == "CONSTR_IDENTITY") {
      heavy = true;
    } else {
      heavy = heavy || lock_of_constraint(constraint) == LockClass::kHeavy;
    }
  }
  // Without a default every row of the new column is null, and null needs no referenced row.
  return heavy || (has_default && has_reference) ? LockClass::kHeavy : LockClass::kFast;
}

LockClass Reader::lock_of(const json& command) {
  static constexpr std::array<std::string_view, 7> kHeavy = {
      "AT_AlterColumnType", "AT_SetNotNull",      "AT_SetLogged",      "AT_SetUnLogged",
      "AT_SetTableSpace",   "AT_SetAccessMethod", "AT_AttachPartition"};
  const std::string kind = text_of(command, "subtype");
  const json& definition = member(command, "def");
  if (definition.contains("PartitionCmd")) {
    add_relation(member(definition["PartitionCmd"], "name"));
    if (is_set(definition["PartitionCmd"], "concurrent")) return LockClass::kConcurrent;
  }
  if (definition.contains("RangeVar")) add_relation(definition["RangeVar"]);  // INHERIT, NO INHERIT
  if (kind == "AT_ValidateConstraint") return LockClass::kScan;
  if (kind == "AT_AddColumn") return lock_of_column(member(definition, "ColumnDef"));
  if (kind == "AT_AddConstraint") return lock_of_constraint(member(definition, "Constraint"));
  return std::find(kHeavy.begin(), kHeavy.end(), kind) != kHeavy.end() ? LockClass::kHeavy : LockClass::kFast;
}

TableLocks Reader::alter(const json& node) {
  add_relation(member(node, "relation"));
  for (const json& wrapped : member(node, "cmds")) {
    const json& command = member(wrapped, "AlterTableCmd");
    // Attaching an index to a partitioned one reads no rows.
    const bool of_index =
        text_of(node, "objtype") == "OBJECT_INDEX" && text_of(command, "subtype") != "AT_SetTableSpace";
    const LockClass lock = lock_of(command);
    result_.lock = combined(result_.lock, of_index ? LockClass::kFast : lock);
  }
  return std::move(result_);
}

void Reader::add_references(const json& elements) {
  for (const json& element : elements) {
    if (element.contains("Constraint")) add_relation(member(element["Constraint"], "pktable"));
    if (element.contains("ColumnDef")) add_references(member(element["ColumnDef"], "constraints"));
  }
}

// Only what the new table leans on existed before: the tables of its foreign keys, its parent, its ancestors.
TableLocks Reader::create(const json& node) {
  add_relation(member(node, "relation"));
  const std::vector<std::string> own = std::exchange(result_.relations, {});
  for (const json& ancestor : member(node, "inhRelations")) add_relation(member(ancestor, "RangeVar"));
  add_references(member(node, "tableElts"));
  for (const std::string& name : own) std::erase(result_.relations, name);
  if (!result_.relations.empty()) result_.lock = LockClass::kFast;
  return std::move(result_);
}

}  // namespace

std::optional<TableLocks> table_locks(const json& tree, std::string_view statement) {
  if (tree.contains("AlterTableStmt")) return Reader(statement).alter(tree["AlterTableStmt"]);
  if (tree.contains("CreateStmt")) return Reader(statement).create(tree["CreateStmt"]);
  return std::nullopt;
}

}  // namespace windlass::sql
