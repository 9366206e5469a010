// Which tables a statement locks and how strongly, so that the locks can be had before anything is held.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/sql/classify.hpp"

namespace windlass::sql {

// PostgreSQL's modes that keep others out, weaker ones first.
enum class LockMode { kShareUpdateExclusive, kShare, kShareRowExclusive, kAccessExclusive };
std::string_view lock_mode_name(LockMode mode);  // "SHARE ROW EXCLUSIVE"

struct RelationLock {
  std::string relation;  // as written
  LockMode mode = LockMode::kAccessExclusive;
  bool with_children = false;  // its partitions and heirs are locked as well
  // A foreign key that goes away locks the table that it refers to in the same mode: the key's name, or ""
  // for every key of the table.
  std::optional<std::string> drops_key;
};

struct RelationLocks {
  std::vector<RelationLock> locks;   // of relations that stand before the statement
  std::vector<std::string> creates;  // names that tables have only after it
};

// As far as the text tells; `known` is the statement's class. Never more strongly than the statement itself
// locks on any of PostgreSQL 12 to 18 (measured), perhaps less: what is left out is locked by the statement.
RelationLocks relation_locks(std::string_view statement, const StatementClass& known);

}  // namespace windlass::sql
