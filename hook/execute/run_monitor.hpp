// Looks at a running script from a second session: who blocks it, and how far it is.
#pragma once

#include <string>

#include "core/base/duration.hpp"
#include "hook/database/database.hpp"

namespace windlass::hook {

class RunMonitor {
 public:
  // For one attempt of `script` on the main session's backend. A lock_timeout of 0 is none.
  RunMonitor(Database& database, std::string script, Milliseconds lock_timeout);

  // Called again and again with the time since the attempt began. Logs the blockers once shortly before
  // lock_timeout would end the attempt (with none: every ten seconds), and a line of progress every ten
  // seconds.
  void look(Milliseconds running);

  // Who blocked the attempt, one line each; empty when nobody was seen.
  const std::string& blockers() const { return blockers_; }

 private:
  void name_blockers();

  Database& database_;
  std::string script_;
  int backend_;
  Milliseconds lock_timeout_;
  bool blockers_named_ = false;
  Milliseconds next_progress_;
  std::string blockers_;
};

}  // namespace windlass::hook
