// Other sessions that stand in our way: who holds what we wait for, and whose snapshots stall a
// CONCURRENTLY.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/duration.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// What pg_stat_activity and pg_locks tell of a session. Texts are empty, numbers missing, where the server
// does not tell.
struct OtherSession {
  enum class Kind {
    kClient,
    kAutovacuum,  // ends by itself when somebody has waited deadlock_timeout for it
    kWraparound,  // an autovacuum against transaction id wraparound: it does not give way
    kPrepared,    // a prepared transaction: no process, and it stays until somebody ends it
    kHidden,      // another role's, and ours may not look (pg_read_all_stats)
  };
  Kind kind = Kind::kClient;
  int backend = 0;  // 0: a prepared transaction
  std::string role;
  std::string application;                          // of a prepared transaction: its name
  std::string address;                              // "10.0.0.7"; empty for a local socket
  std::string state;                                // "idle in transaction"
  std::optional<std::int64_t> transaction_seconds;  // since it began
  std::optional<std::int64_t> query_seconds;        // since its (last) query began
  std::string mode;     // what it holds, or asked for before us, of the object: "AccessShareLock"
  std::string object;   // what we wait for: "table public.orders", "a row that it changed"
  std::string query;    // its first words, without literals
  std::string started;  // of its transaction; with `backend` it tells one transaction from the next

  // "process 12 (role app, psql, from 10.0.0.7, idle in transaction, transaction open for 3m12s) holds
  // AccessShareLock on table public.orders: SELECT ..."
  std::string to_text() const;
  // The statement that ends it: "SELECT pg_terminate_backend(12)". Empty where ending it would be wrong.
  std::string remedy() const;
};

// Who keeps process `backend` waiting for a lock, oldest transaction first; none when it does not wait.
std::vector<OtherSession> blockers_of(Session& session, int backend);

// Whether one of these, seen earlier from the same session, still has the very transaction open that it had
// then. Nothing when that cannot be told: of autovacuums, which give way to an attempt, and of sessions whose
// transaction this role may not see.
std::optional<bool> any_still_open(Session& session, const std::vector<OtherSession>& seen);

// Transactions of this database older than `age`.
std::vector<OtherSession> long_transactions(Session& session, Milliseconds age);

// What a CONCURRENTLY of process `backend` will wait for: transactions of this database that hold a snapshot
// or have written and are older than `age`, and every prepared one.
std::vector<OtherSession> snapshot_holders(Session& session, int backend, Milliseconds age);

}  // namespace windlass::hook
