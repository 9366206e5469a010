// Runs a script whose statements cannot share a transaction: one by one, each bracketed by a durable intent.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "hook/execute/executor.hpp"
#include "hook/execute/settle.hpp"
#include "hook/execute/watched_session.hpp"

namespace windlass::hook {

class Stepwise {
 public:
  Stepwise(Executor& executor, const ScriptJob& job);

  // Goes on where an earlier run stopped: done statements are skipped (SET and RESET run again), one in
  // flight is settled by what the server says (settle.hpp) and run again or not. Throws kPartlyApplied when
  // only a person can know, kRefused before anything runs on a server that corrupts indexes.
  Milliseconds run();

 private:
  // What there is to do for a statement that was not begun, or has to run again.
  enum class Ready { kRun, kFinish, kDone };

  void check_intents() const;
  const Intent* intent_of(std::size_t index) const;
  // Whether the statement in flight took effect.
  bool is_settled(std::size_t index, const Intent& intent);
  void run_statement(std::size_t index);
  Ready make_ready(std::size_t index);
  void mark_done(std::size_t index);
  bool is_session_setting(std::size_t index) const;
  void run_session_setting(std::size_t index);
  RunResult send(std::size_t index, int attempt);
  RunResult send_alone(std::size_t index, int attempt);
  // Says what a statement that may keep others out, or be kept waiting, for long is up against.
  void warn_of(std::size_t index);
  // True when the statement is not one for a transaction block after all, and was rolled back.
  bool was_refused_in_block(std::size_t index, const RunResult& result);
  void handle_failure(std::size_t index, const RunResult& result, int attempt);
  bool gave_way(std::size_t index, const RunResult& result, int attempt) const;
  // After a loss in statement `index`: settles it in a new session as a rerun would. Returns when it took
  // effect; throws kTransient when it has to run again.
  void settle_lost(std::size_t index);
  // Takes away what a failed statement left; returns what stays, empty when nothing does.
  std::string clean_up(std::size_t index);
  void clean_up_in_passing(std::size_t index);
  void record(Milliseconds took);
  bool shares_transaction(std::size_t index) const;
  // CALL or DO that ends transactions: nothing tells how far it came.
  bool is_self_committing(std::size_t index) const;
  std::string text(std::size_t index) const;
  std::string digest(std::size_t index) const;
  Session& session() const;

  Executor& executor_;
  const ScriptJob& job_;
  IntentKey key_;
  WatchedSession watched_;
  LockTactics tactics_;
  std::vector<OtherSession> blockers_;  // of the last attempt
  std::vector<Intent> intents_;
  std::set<std::size_t> refused_in_block_;
  ObjectState before_;           // what the statement at work found
  std::size_t done_before_ = 0;  // statements that are applied
};

}  // namespace windlass::hook
