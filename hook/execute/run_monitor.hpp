// Looks at a running script from a second session: who blocks it, how far it is, what it waits for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/duration.hpp"
#include "hook/database/database.hpp"
#include "hook/database/other_sessions.hpp"
#include "hook/database/progress.hpp"

namespace windlass::hook {

// When a phase of a statement will be done, from how fast it went since it was first seen.
class Estimate {
 public:
  // Takes what was seen after `running`; returns the time that is left of this phase, nothing while that is
  // not known.
  std::optional<Milliseconds> left(const Progress& progress, Milliseconds running);

 private:
  std::string phase_;
  std::int64_t first_done_ = 0;
  Milliseconds first_seen_{};
};

class RunMonitor {
 public:
  // For one attempt of `what` ("V2__a.sql") on the main session's backend. A lock_timeout of 0 is none.
  RunMonitor(Database& database, std::string what, Milliseconds lock_timeout);

  // Called again and again with the time since the attempt began. Logs who blocks the attempt before
  // lock_timeout can end it, and again when others do; and a line of progress every ten seconds.
  void look(Milliseconds running);

  // Who was last seen to block the attempt; empty when nobody was.
  const std::vector<OtherSession>& blocked_by() const { return blocked_by_; }

 private:
  void look_from_outside(Milliseconds running);
  void note_blockers(Session& monitor, int process);
  void log_progress(Milliseconds running);

  Database& database_;
  std::string what_;
  Milliseconds every_;      // how often to look from outside
  Milliseconds next_look_;  // since the attempt began
  Milliseconds next_progress_;
  Progress progress_;
  Estimate estimate_;
  std::optional<Milliseconds> left_;
  std::vector<OtherSession> blocked_by_;
  std::string named_;  // who was named in the log already
};

// "index build: building index: scanning table, 45 %, about 2m left"; what it waits for when there is no
// progress to tell; empty when there is nothing to tell.
std::string progress_text(const Progress& progress, std::optional<Milliseconds> left);

}  // namespace windlass::hook
