// The statement that takes a script's locks before the script begins, and says what will keep others out for
// long.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/migrations/prepared_script.hpp"
#include "core/sql/relation_locks.hpp"

namespace windlass::hook {

// A statement that works through a whole table under a lock that keeps others out.
struct HeavyStatement {
  std::size_t index;      // of the script's statements
  std::string what;       // "statement 3 (CREATE INDEX)"
  std::string relation;   // as written
  std::string keeps_out;  // "writers"
};

// What is known of a script before it runs.
struct ScriptLocks {
  // Tables that it locks before its first statement that may take long, and that it does not make itself.
  // Those behind it are left to their statements: locked in advance, they would be held all that while.
  std::vector<sql::RelationLock> first;
  std::vector<HeavyStatement> heavy;  // on tables that it does not make itself
  std::set<std::string> creates;      // names of the tables that it makes
};

// Nothing is known of a script that sets search_path, unless names are schema-qualified; nor of one with more
// than a thousand statements that lock.
ScriptLocks script_locks(const migrations::PreparedScript& script);

// A DO block for the transaction of the script: locks `locks` in the order of their names, which every run
// shares, all within the statement_timeout that is in force; leaves out what is no table, is not there yet or
// may not be locked by this role. Warns of `heavy` statements on tables of more than 10 MB. Needs plpgsql.
// `quote` makes a string constant.
std::string lock_prelude(const std::vector<sql::RelationLock>& locks,
                         const std::vector<HeavyStatement>& heavy,
                         const std::function<std::string(std::string_view)>& quote);

}  // namespace windlass::hook
