// What a statement may do: run in a transaction block or not, end the transaction itself, lock others out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windlass::sql {

// Whether PostgreSQL lets the statement run inside a transaction block (facts: PostgreSQL's
// PreventInTransactionBlock, measured on 12 to 18).
enum class InTransaction { kAllowed, kForbidden };

// Transaction control that the script itself brings.
enum class Control { kNone, kBegin, kCommit, kRollback, kSavepoint, kPrepareTransaction };

// How the statement is run (tactics, not lock modes).
enum class LockClass {
  kNone,        // plain DML and queries, SET, GRANT on nothing that is read
  kFast,        // strong lock, catalogue work only: short lock_timeout, retried
  kScan,        // weak lock, long scan: VALIDATE, ANALYZE
  kConcurrent,  // CONCURRENTLY and its kin: no lock_timeout, a watchdog instead
  kHeavy,       // strong lock held over a rewrite or a scan
};

// What a statement that cannot run in a transaction makes or unmakes: a rerun asks the server for it.
enum class Effect { kOther, kCreateIndex, kDropIndex, kReindex, kAddEnumValue, kVacuum, kDetachPartition };

struct StatementClass {
  InTransaction in_transaction = InTransaction::kAllowed;
  Control control = Control::kNone;
  LockClass lock = LockClass::kNone;
  Effect effect = Effect::kOther;
  std::string command;                 // "CREATE INDEX CONCURRENTLY": for people, never with user text
  std::vector<std::string> relations;  // that it locks, as written, schema-qualified where it was
  std::string object;                  // index or type that `effect` is about, as written; else empty
  bool if_exists = false;              // IF EXISTS or IF NOT EXISTS was written
  bool parsed = false;                 // by libpg_query; false: by its first words only
};

// Classifies one statement for a server of `server_version` (major, 12 to 18). Works on text that libpg_query
// cannot parse (newer grammar) by its first words. Thread-safe; parses on a thread with a 256 MiB stack.
StatementClass classify(std::string_view statement, int server_version);
// The same for many statements, on one such thread: cheaper than one call each.
std::vector<StatementClass> classify(const std::vector<std::string_view>& statements, int server_version);

// Whether `statement` is one that libpg_query accepts; its message and 0-based byte offset if not.
struct SyntaxError {
  std::string message;
  std::size_t offset = 0;
};
std::optional<SyntaxError> check_syntax(std::string_view statement);

// Whether two scripts are the same sequence of tokens, comments and white space apart.
bool same_tokens(std::string_view a, std::string_view b);

}  // namespace windlass::sql
