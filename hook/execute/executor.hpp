// Runs one script and its history row so that they happen together and once.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "core/migrations/prepared_script.hpp"
#include "hook/database/database.hpp"
#include "hook/database/intents.hpp"
#include "hook/database/script_run.hpp"
#include "hook/execute/lock_tactics.hpp"
#include "hook/execute/run_monitor.hpp"
#include "hook/execute/script_sequence.hpp"

namespace windlass::hook {

struct BatchEvents;

// What holds for every script of a run.
struct ExecutorSettings {
  HistoryTableName history;
  std::string search_path;  // as set_config takes it; empty: the session's own
  Milliseconds lock_timeout;
  Milliseconds statement_timeout;  // 0: none
  int retries = 0;
  std::string run_id;
  bool batches = true;  // small scripts may travel together
};

// A script, the row that records it, and what else shares the row's transaction (one statement each).
struct ScriptJob {
  const migrations::PreparedScript& script;
  NewHistoryRow row;
  std::vector<std::string> also;
  const CallbacksAround* callbacks = nullptr;  // that share the row's transaction; null: none
};

class Executor {
 public:
  // The database must hold the lock for as long as the executor works.
  Executor(Database& database, ExecutorSettings settings, const Clock& clock, const StopSignal& stop,
           const Deadline& deadline);

  // Returns how long it took when script and row are committed: known, not assumed. Throws Error:
  // kScriptFailed (rolled back), kPartlyApplied (a stepwise script stopped between its statements),
  // kTransient (locks, a lost connection after which the row is not there, the deadline), kTerminated.
  Milliseconds run(const ScriptJob& job);

  // Whether scripts may travel together here; batch.hpp says which.
  bool may_batch() const;
  // Runs jobs that BatchLoad took; returns and throws as Batch::run().
  std::size_t run_batch(std::span<const ScriptJob> jobs, const BatchEvents& events);

  // A callback that runs on its own: in a transaction, or statement by statement when it cannot. It leaves no
  // row, so every run fires it anew. Throws Error as run() does; after a lost connection it is not known
  // whether it was committed.
  void run_callback(const migrations::PreparedScript& callback);

  // Who was in the way when the last script could not get its locks; empty in every other case.
  const std::vector<OtherSession>& blocked_by() const { return blocked_by_; }

 private:
  friend class Stepwise;
  friend class Batch;

  // Sends one attempt; returns how it ended, and in which script.
  using Send = std::function<SequenceResult(const LockTactics& tactics, int attempt, const RunWatch& watch)>;

  Milliseconds run_in_transaction(const ScriptJob& job);
  // Sends until it is done or lost, which it returns; throws when it failed, or no attempt is left.
  RunEnd run_attempts(const migrations::PreparedScript& script, LockTactics tactics, const Send& send);
  // Sleeps before the next attempt; says whether it would be in vain.
  bool pause(const std::string& path, Milliseconds pause, const std::vector<OtherSession>& blockers);
  // Callbacks and then statements of ours, committed together.
  void run_in_one_transaction(std::span<const migrations::PreparedScript> callbacks,
                              const std::vector<std::string>& after);
  void run_callback_stepwise(const migrations::PreparedScript& callback);
  // For statements that run outside a transaction of ours.
  void set_up_session();
  SequenceResult send(const ScriptJob& job, const LockTactics& tactics, int attempt, const RunWatch& watch);
  LockBudget lock_budget();
  // The message's end when it was lost on the way: reconnects, takes the lock and lets the history row
  // decide. Returns when the row is there; throws kTransient when it is not, and says what that means.
  void settle_lost_commit(const ScriptJob& job, std::string_view without_row);
  void throw_unless_committed(const ScriptJob& job, std::string_view without_row);
  std::string marker_of(int last_rank, int attempt) const;
  int last_rank();

  Database& database_;
  ExecutorSettings settings_;
  const Clock& clock_;
  const StopSignal& stop_;
  const Deadline& deadline_;
  // At most the history table's last rank: a job counts as one row, though `also` may write more. What asks
  // for rows above it (settle_lost_commit) asks for the job's own script as well.
  std::optional<int> last_rank_;
  std::vector<OtherSession> blocked_by_;
};

// Statements that undo what an earlier script left set in the session, then set the limits and the search
// path: for the transaction that they begin, or for the session.
enum class Scope { kTransaction, kSession };
std::vector<std::string> session_statements(const ExecutorSettings& settings, const Session& session,
                                            Scope scope, const TimeLimits& limits);

// What surrounds a script in its transaction; COMMIT is the last statement, the history row the one before
// it. `tactics` must outlive it.
Surroundings surroundings_of(const ScriptJob& job, const ExecutorSettings& settings, Database& database,
                             const LockTactics& tactics, int attempt, const std::string& marker);

}  // namespace windlass::hook
