// Runs a script whose statements cannot share a transaction: one by one, each bracketed by a durable intent.
#pragma once

#include <string>
#include <vector>

#include "hook/execute/executor.hpp"

namespace windlass::hook {

class Stepwise {
 public:
  Stepwise(Executor& executor, const ScriptJob& job);

  // Goes on where an earlier run stopped: done statements are skipped (SET and RESET run again), one in
  // flight is settled by what the server says (is the index there, is it valid) and run again or not. Throws
  // kPartlyApplied when only a person can know.
  Milliseconds run();

 private:
  enum class Settled { kHappened, kRunAgain };

  void check_intents() const;
  Settled settle(std::size_t index, const Intent& intent);
  void run_statement(std::size_t index);
  // Drops an invalid index of the name that statement `index` is about to build.
  void drop_invalid_index(std::size_t index);
  void set_up_session();
  bool is_session_setting(std::size_t index) const;
  void run_session_setting(std::size_t index);
  RunResult send(std::size_t index);
  RunResult send_under(std::size_t index, Milliseconds lock_timeout);
  void handle_failure(std::size_t index, const RunResult& result, int attempt);
  [[noreturn]] void fail(std::size_t index, const RunResult& result);
  void record(Milliseconds took);
  bool shares_transaction(std::size_t index) const;
  std::string digest(std::size_t index) const;
  std::string_view text(std::size_t index) const;

  Executor& executor_;
  const ScriptJob& job_;
  IntentKey key_;
  std::vector<Intent> intents_;
  std::size_t done_before_ = 0;  // statements that are applied
};

}  // namespace windlass::hook
