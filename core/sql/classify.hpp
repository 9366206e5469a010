// What a statement may do: run in a transaction block or not, end the transaction itself, lock others out.
#pragma once

#include <compare>
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
enum class Effect {
  kOther,  // nothing that the server's catalogue could tell of: CALL, DO
  kCreateIndex,
  kDropIndex,
  kReindex,  // as good twice as once, but interrupted it leaves indexes behind
  kAddEnumValue,
  kDetachPartition,
  kCreateDatabase,
  kDropDatabase,
  kCreateTablespace,
  kDropTablespace,
  kCreateSubscription,
  kDropSubscription,
  kChangePublications,  // of a subscription, one by one
  kCommitPrepared,
  kRollbackPrepared,
  kIdempotent,  // as good twice as once: VACUUM, CLUSTER, ALTER SYSTEM, ALTER DATABASE SET TABLESPACE
};

struct StatementClass {
  // CALL of a procedure that commits and REINDEX of a partitioned table are refused in a block too, which the
  // text does not tell: they count as allowed.
  InTransaction in_transaction = InTransaction::kAllowed;
  Control control = Control::kNone;
  LockClass lock = LockClass::kNone;  // without a catalogue: what the statement may cost, not what it must
  Effect effect = Effect::kOther;
  std::string command;  // "CREATE INDEX CONCURRENTLY": for people, never with user text
  // That it locks and that stood before it, as written: quoted and schema-qualified where they were. Tables
  // that it only reads are left out; a foreign key that a DROP removes names the other table in the database
  // only.
  std::vector<std::string> relations;
  // Index, type, partition, database, tablespace or subscription that `effect` is about, as written; a new
  // index with the schema that its table is written with, because it is made there; of a prepared transaction
  // the literal. Empty when it has no name.
  std::string object;
  bool if_exists = false;  // IF EXISTS or IF NOT EXISTS was written

  auto operator<=>(const StatementClass&) const = default;
};

// Classifies one statement (text without its semicolon) for a server of `server_version` (major, 12 to 18).
// The first words decide, so that text that libpg_query cannot parse is classified as well; how ALTER TABLE
// and CREATE TABLE lock is read from the parse tree when there is one (parse_tree.hpp says when). Never fails
// on any text. Thread-safe; long statements are parsed on a thread with a larger stack.
StatementClass classify(std::string_view statement, int server_version);
// The same for many statements, with one such thread at most.
std::vector<StatementClass> classify(const std::vector<std::string_view>& statements, int server_version);

// Whether libpg_query (the grammar of PostgreSQL 15) accepts the text; its message and 0-based byte offset if
// not.
struct SyntaxError {
  std::string message;
  std::size_t offset = 0;
};
std::optional<SyntaxError> check_syntax(std::string_view statement);

// Whether two scripts are the same statements: the same tokens and the same COPY rows. Comments, white space,
// the case of unquoted words, stray semicolons and accepted psql commands (\restrict) make no difference.
// Scripts that split() finds faults in are the same only byte for byte.
bool same_tokens(std::string_view a, std::string_view b);

}  // namespace windlass::sql
