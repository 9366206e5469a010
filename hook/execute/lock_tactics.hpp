// How a script's statements are let wait for locks: the time limits of each, by its lock class.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/duration.hpp"
#include "core/migrations/prepared_script.hpp"
#include "hook/execute/lock_prelude.hpp"

namespace windlass::hook {

// What a run may spend (settings), and what it must know of the server.
struct LockBudget {
  Milliseconds lock_timeout;       // longest wait of an attempt; 0: without end
  Milliseconds statement_timeout;  // 0: none
  Milliseconds deadlock_timeout;   // the server's: an autovacuum yields only to who waited longer than this
  int server_major = 15;
};

struct TimeLimits {
  Milliseconds lock_timeout{};  // 0: none, of both
  Milliseconds statement_timeout{};
  bool operator==(const TimeLimits&) const = default;
};

// The limits of a class of statements in attempt `attempt` (from 0), after safety.md's rules:
// fast: a ramp of 200 ms and more (lock_ramp.hpp), and 30 s for the statement, which only changes the
// catalogue; in the first attempt no more than lock_timeout, because nothing was locked in advance.
// Scans, heavy statements and all others: the settings' limits. Concurrent ones: none.
TimeLimits limits_of(sql::LockClass lock_class, const LockBudget& budget, int attempt);

// Whether each statement has limits of its own, or all of a transaction the same: where callbacks share it, a
// script's ramp for a lock is one of them all, and no table is locked in advance.
enum class Limits { kByStatement, kUniform };

// For one script. The script must outlive it.
class LockTactics {
 public:
  LockTactics(const migrations::PreparedScript& script, LockBudget budget,
              Limits limits = Limits::kByStatement);

  // Under which attempt `attempt` begins, and the wait for a lock with which it can fail.
  TimeLimits first_limits(int attempt) const;

  // A statement of ours behind BEGIN and the search path, in front of the script; empty: none. Where it locks
  // tables, `first_limits` bound the wait for all of them together.
  std::string prelude(int attempt, const std::function<std::string(std::string_view)>& quote) const;
  // In front of statement `index`, where other limits hold for it than for what runs before it.
  std::vector<std::string> before_statement(std::size_t index, int attempt) const;
  // In front of statement `index` in a transaction of its own, in a session that has the limits of kNone.
  std::vector<std::string> before_alone(std::size_t index, int attempt) const;
  // Behind the last one: what follows is ours.
  std::vector<std::string> after_script(int attempt) const;

  // Whether there is a prelude in attempt `attempt`.
  bool has_prelude(int attempt) const { return locks_first(attempt) || warns(attempt); }
  // For a server that refused it (no plpgsql, say): the statements alone take their locks from now on.
  void give_up_prelude();

  // The class that counts for statement `index`: a table that the script makes itself keeps nobody out.
  sql::LockClass class_of(std::size_t index) const;
  // Whether the script sets the limit itself somewhere before statement `index`: then it stays as it is set.
  bool sets_lock_timeout_before(std::size_t index) const { return index > own_lock_timeout_; }
  bool sets_statement_timeout_before(std::size_t index) const { return index > own_statement_timeout_; }
  // A statement that warns of statement `index` when it is heavy; empty when there is nothing to warn of.
  std::string warning_of(std::size_t index, const std::function<std::string(std::string_view)>& quote) const;
  // Whether the limit that ended statement `index` in attempt `attempt` was only that of a first try.
  bool was_cut_short(std::size_t index, int attempt) const;

 private:
  bool locks_first(int attempt) const;
  bool warns(int attempt) const { return attempt == 0 && !locks_.heavy.empty(); }
  std::vector<std::string> change(const TimeLimits& from, const TimeLimits& to, std::size_t index) const;

  const migrations::PreparedScript& script_;
  LockBudget budget_;
  Limits limits_;
  ScriptLocks locks_;
  std::size_t first_;             // index of the first statement that is sent
  std::size_t own_lock_timeout_;  // of the statement that sets it; beyond the last when none does
  std::size_t own_statement_timeout_;
};

}  // namespace windlass::hook
