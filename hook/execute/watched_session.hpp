// Runs our own statements that may take hours (DROP INDEX CONCURRENTLY) so that a stop or the deadline ends
// them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "hook/database/database.hpp"

namespace windlass::hook {

// Lifts lock_timeout and statement_timeout, and transaction_timeout where the server has it (17), of the
// session: what runs CONCURRENTLY must not be cut short. Returns the statements that put them back.
std::string lift_limits(Session& session);

class WatchedSession {
 public:
  // All must outlive it.
  WatchedSession(Database& database, const Clock& clock, const StopSignal& stop, const Deadline& deadline,
                 int retries);

  Session& session() const { return database_.session(); }
  // One statement, alone and without limits; again when it gave way to a deadlock, `retries` times. Throws
  // DatabaseError, or Error: kTerminated on a stop, kTransient when the deadline has passed.
  void run(const std::string& doing, const std::string& sql) const;
  // Asks once a second until `is_over` says so, until the deadline. Throws kTerminated, kTransient.
  void wait_until(const std::string& what, const std::function<bool()>& is_over) const;

 private:
  Error ended_early(const std::string& doing) const;

  Database& database_;
  const Clock& clock_;
  const StopSignal& stop_;
  const Deadline& deadline_;
  int retries_;
};

// Completes a DETACH PARTITION CONCURRENTLY that was cut off; `partition` is its name as written.
void finish_detach(const WatchedSession& watched, const std::string& partition);

}  // namespace windlass::hook
