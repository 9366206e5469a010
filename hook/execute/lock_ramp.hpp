// How long each attempt may wait for its locks, and how long to pause before the next: numbers only.
#pragma once

#include "core/base/duration.hpp"

namespace windlass::hook {

struct LockRamp {
  Milliseconds longest;           // the setting lock-timeout
  Milliseconds deadlock_timeout;  // the server's: an autovacuum yields only to who waited longer than this
};

// lock_timeout of attempt `attempt` (from 0): 200 ms growing by half each time up to `longest`; every fourth
// attempt waits at least deadlock_timeout + 200 ms, because a shorter one never gets past an autovacuum.
Milliseconds lock_timeout_of(const LockRamp& ramp, int attempt);

// The least that attempt `attempt` waits because of that: 0 in three of four.
Milliseconds outlasts_autovacuum(const LockRamp& ramp, int attempt);

// The pause after attempt `attempt`: 250 ms doubling up to 30 s, times `jitter` (0.5 to 1).
Milliseconds pause_after(int attempt, double jitter);

}  // namespace windlass::hook
