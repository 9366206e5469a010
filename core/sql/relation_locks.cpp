#include "core/sql/relation_locks.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/sql/big_stack.hpp"
#include "core/sql/parse_tree.hpp"
#include "core/sql/word_reader.hpp"

namespace windlass::sql {
namespace {

using nlohmann::json;

// What every thread's stack has room for.
constexpr std::size_t kNeverDeep = std::size_t{2} << 10U;

constexpr std::array<std::string_view, 10> kSharing = {
    "AT_ValidateConstraint", "AT_SetStatistics",          "AT_SetOptions", "AT_ResetOptions",
    "AT_SetRelOptions",      "AT_ResetRelOptions",        "AT_ClusterOn",  "AT_DropCluster",
    "AT_AttachPartition",    "AT_DetachPartitionFinalize"};
constexpr std::array<std::string_view, 8> kOfTriggers = {
    "AT_EnableTrig",    "AT_EnableAlwaysTrig", "AT_EnableReplicaTrig", "AT_DisableTrig",
    "AT_EnableTrigAll", "AT_DisableTrigAll",   "AT_EnableTrigUser",    "AT_DisableTrigUser"};
// What ALTER TABLE without ONLY does to partitions and heirs as well.
constexpr std::array<std::string_view, 8> kInherited = {
    "AT_AddColumn",  "AT_DropColumn",  "AT_AlterColumnType", "AT_ColumnDefault",
    "AT_SetNotNull", "AT_DropNotNull", "AT_AddConstraint",   "AT_DropConstraint"};

template <std::size_t Size>
bool is_one_of(std::string_view text, const std::array<std::string_view, Size>& texts) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

class Reader {
 public:
  explicit Reader(std::string_view statement) : statement_(statement) {}

  RelationLocks read(const json& tree) {
    if (tree.contains("AlterTableStmt")) alter(tree["AlterTableStmt"]);
    if (tree.contains("RenameStmt")) rename(tree["RenameStmt"]);
    if (tree.contains("AlterObjectSchemaStmt")) move(tree["AlterObjectSchemaStmt"]);
    if (tree.contains("CreateStmt")) create(tree["CreateStmt"]);
    return std::move(result_);
  }

 private:
  std::string name_of(const json& range) const {
    if (!range.contains("relname")) return {};
    return WordReader(statement_, range.value("location", std::size_t{0})).accept_name();
  }

  void add(const json& range, LockMode mode, bool with_children = false) {
    const std::string name = name_of(range);
    if (!name.empty()) result_.locks.push_back({name, mode, with_children, std::nullopt});
  }

  void alter(const json& node) {
    if (text_of(node, "objtype") != "OBJECT_TABLE") return;
    const bool inherits = member(node, "relation").value("inh", false);
    LockMode mode = LockMode::kShareUpdateExclusive;
    bool with_children = false;
    std::vector<std::string> dropped_keys;
    for (const json& wrapped : member(node, "cmds")) {
      const json& command = member(wrapped, "AlterTableCmd");
      const std::string kind = text_of(command, "subtype");
      mode = std::max(mode, mode_of(kind, member(command, "def")));
      with_children = with_children || (inherits && is_one_of(kind, kInherited));
      if (kind == "AT_DropConstraint") dropped_keys.push_back(text_of(command, "name"));
      add_others(kind, member(command, "def"));
    }
    add(member(node, "relation"), mode, with_children);
    if (result_.locks.empty()) return;
    const RelationLock own = result_.locks.back();
    for (const auto& key : dropped_keys)
      result_.locks.push_back({own.relation, own.mode, with_children, key});
  }

  static bool is_foreign_key(const json& definition) {
    return text_of(member(definition, "Constraint"), "contype") == "CONSTR_FOREIGN";
  }

  static LockMode mode_of(std::string_view kind, const json& definition) {
    if (is_one_of(kind, kSharing)) return LockMode::kShareUpdateExclusive;
    const bool detaches_slowly =
        kind == "AT_DetachPartition" && definition["PartitionCmd"].value("concurrent", false);
    if (detaches_slowly) return LockMode::kShareUpdateExclusive;
    if (is_one_of(kind, kOfTriggers)) return LockMode::kShareRowExclusive;
    if (kind == "AT_AddConstraint" && is_foreign_key(definition)) return LockMode::kShareRowExclusive;
    return LockMode::kAccessExclusive;
  }

  // The other tables that one action of ALTER TABLE locks.
  void add_others(std::string_view kind, const json& definition) {
    if (kind == "AT_AttachPartition")
      add(member(member(definition, "PartitionCmd"), "name"), LockMode::kAccessExclusive, true);
    // On 14 and later the partition is locked as strongly as its parent.
    if (kind == "AT_DetachPartition")
      add(member(member(definition, "PartitionCmd"), "name"), LockMode::kShareUpdateExclusive);
    if (kind == "AT_AddInherit") add(member(definition, "RangeVar"), LockMode::kShareUpdateExclusive);
    add_reference(member(definition, "Constraint"));
    for (const json& wrapped : member(member(definition, "ColumnDef"), "constraints"))
      add_reference(member(wrapped, "Constraint"));
  }

  void add_reference(const json& constraint) {
    add(member(constraint, "pktable"), LockMode::kShareRowExclusive);
  }

  void rename(const json& node) {
    const std::string kind = text_of(node, "renameType");
    const bool of_table = kind == "OBJECT_TABLE";
    const bool of_part = (kind == "OBJECT_COLUMN" || kind == "OBJECT_TABCONSTRAINT") &&
                         (kind == "OBJECT_TABCONSTRAINT" || text_of(node, "relationType") == "OBJECT_TABLE");
    if (!of_table && !of_part) return;
    const json& relation = member(node, "relation");
    add(relation, LockMode::kAccessExclusive, of_part && relation.value("inh", false));
    if (of_table) result_.creates.push_back(text_of(node, "newname"));
  }

  void move(const json& node) {
    if (text_of(node, "objectType") == "OBJECT_TABLE")
      add(member(node, "relation"), LockMode::kAccessExclusive);
  }

  void create(const json& node) {
    result_.creates.push_back(name_of(member(node, "relation")));
    const LockMode of_parent =
        node.contains("partbound") ? LockMode::kAccessExclusive : LockMode::kShareUpdateExclusive;
    for (const json& ancestor : member(node, "inhRelations")) add(member(ancestor, "RangeVar"), of_parent);
    for (const json& element : member(node, "tableElts")) {
      add_reference(member(element, "Constraint"));
      for (const json& wrapped : member(member(element, "ColumnDef"), "constraints"))
        add_reference(member(wrapped, "Constraint"));
    }
    const auto is_new = [&](const RelationLock& lock) { return lock.relation == result_.creates.front(); };
    std::erase_if(result_.locks, is_new);
  }

  std::string_view statement_;
  RelationLocks result_;
};

RelationLocks by_tree(std::string_view statement) {
  RelationLocks result;
  const auto read = [&] { result = Reader(statement).read(parse_tree(statement)); };
  if (statement.size() <= kNeverDeep) {
    read();
  } else {
    run_on_big_stack(statement.size(), read);
  }
  return result;
}

struct WordRule {
  std::string_view command;
  LockMode mode;
  bool with_children;
};

// Whose relations are all locked alike.
constexpr std::array kWordRules = {
    WordRule{"DROP TABLE", LockMode::kAccessExclusive, true},
    WordRule{"TRUNCATE", LockMode::kAccessExclusive, true},
    WordRule{"CREATE INDEX", LockMode::kShare, true},
    WordRule{"REINDEX TABLE", LockMode::kShare, false},
    WordRule{"CLUSTER", LockMode::kAccessExclusive, false},
    WordRule{"CREATE TRIGGER", LockMode::kShareRowExclusive, false},
    WordRule{"DROP TRIGGER", LockMode::kAccessExclusive, false},
    WordRule{"ALTER TRIGGER", LockMode::kAccessExclusive, false},
    WordRule{"CREATE POLICY", LockMode::kAccessExclusive, false},
    WordRule{"ALTER POLICY", LockMode::kAccessExclusive, false},
    WordRule{"DROP POLICY", LockMode::kAccessExclusive, false},
    WordRule{"CREATE RULE", LockMode::kAccessExclusive, false},
    WordRule{"DROP RULE", LockMode::kAccessExclusive, false},
    WordRule{"CREATE STATISTICS", LockMode::kShareUpdateExclusive, false},
    WordRule{"COMMENT", LockMode::kShareUpdateExclusive, false},
};

RelationLocks by_words(std::string_view statement, const StatementClass& known) {
  RelationLocks result;
  const auto rule = std::find_if(kWordRules.begin(), kWordRules.end(),
                                 [&](const WordRule& one) { return one.command == known.command; });
  if (rule == kWordRules.end()) return result;
  const bool only = WordReader(statement).has_ahead("only");
  for (const auto& relation : known.relations) {
    result.locks.push_back({relation, rule->mode, rule->with_children && !only, std::nullopt});
    if (known.command == "DROP TABLE") result.locks.back().drops_key = "";
  }
  return result;
}

// CREATE TABLE ... AS, which leans on nothing that others could hold.
std::string created_table(std::string_view statement) {
  WordReader words(statement);
  words.accept("create");
  for (const std::string_view modifier : {"global", "local", "temporary", "temp", "unlogged"})
    words.accept(modifier);
  if (!words.accept("table")) return {};
  words.accept("if not exists");
  return words.accept_name();
}

}  // namespace

std::string_view lock_mode_name(LockMode mode) {
  switch (mode) {
    case LockMode::kShareUpdateExclusive: return "SHARE UPDATE EXCLUSIVE";
    case LockMode::kShare: return "SHARE";
    case LockMode::kShareRowExclusive: return "SHARE ROW EXCLUSIVE";
    case LockMode::kAccessExclusive: break;
  }
  return "ACCESS EXCLUSIVE";
}

RelationLocks relation_locks(std::string_view statement, const StatementClass& known) {
  if (known.command.starts_with("ALTER TABLE")) return by_tree(statement);
  if (known.command != "CREATE TABLE") return by_words(statement, known);
  // A new table that leans on none needs no tree.
  RelationLocks result;
  if (!known.relations.empty()) result = by_tree(statement);
  if (result.creates.empty()) result.creates.push_back(created_table(statement));
  std::erase(result.creates, std::string());
  return result;
}

}  // namespace windlass::sql
