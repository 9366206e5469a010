// The pause before a script that could not get its locks is tried again.
#pragma once

#include <vector>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "hook/database/database.hpp"
#include "hook/database/other_sessions.hpp"

namespace windlass::hook {

// How long to pause after round `round` (from 0): pause_after (lock_ramp.hpp) with a jitter drawn at random.
Milliseconds drawn_pause(int round);

// Whether another attempt can succeed, as far as the second session can tell.
enum class Prospect {
  kUnknown,
  kGood,    // who blocked the last attempt has gone
  kInVain,  // a transaction that blocked the last attempt is still open: an attempt would only hold others up
};

// Sleeps for `pause`; a quarter of it is enough when whoever was in the way has ended its transaction, and a
// stop request ends it at once.
Prospect pause_before_retry(Database& database, const std::vector<OtherSession>& blockers, Milliseconds pause,
                            const Clock& clock, const StopSignal& stop);

}  // namespace windlass::hook
