// Ends the wait for a server that does not answer any more and does not close the connection either.
#pragma once

#include <thread>

#include "core/base/duration.hpp"
#include "core/base/stop_signal.hpp"

namespace windlass::hook {

// What an answer may still take when the deadline has passed or a stop was requested: time to cancel and to
// roll back.
inline constexpr Milliseconds kAnswerGrace{5'000};

// While one lives, its socket is watched by a thread: `limit` from now, or kAnswerGrace after a stop request,
// whichever comes first, it is shut down, and whoever waits in libpq comes back with a lost connection.
// Keepalives find a dead host; a proxy that is alive and passes nothing on is found by this alone. The clock
// is the system's.
class AnswerLimit {
 public:
  AnswerLimit(int socket, Milliseconds limit, const StopSignal& stop);
  ~AnswerLimit();
  AnswerLimit(const AnswerLimit&) = delete;
  AnswerLimit& operator=(const AnswerLimit&) = delete;

 private:
  int socket_;  // our own descriptor of it: libpq may close its own at any time
  int end_;     // readable when the watch is over
  std::thread watch_;
};

}  // namespace windlass::hook
