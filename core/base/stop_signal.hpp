// SIGTERM and SIGINT as something that can be asked about and waited for.
#pragma once

#include "core/base/duration.hpp"

namespace windlass {

// While one lives, SIGTERM, SIGINT and SIGHUP set it instead of ending the process, and its file descriptor
// becomes readable. One per process; made in main and handed down by reference.
class StopSignal {
 public:
  StopSignal();   // throws Error(kInternal) when the handlers cannot be installed
  ~StopSignal();  // puts the former handlers back
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() const;
  // The signal that came, 0 when none did.
  int signal() const;
  // Sleeps for `duration` or until a stop is requested; returns requested().
  bool wait_for(Milliseconds duration) const;
  // Readable from the moment a stop is requested: for poll() beside a socket.
  int descriptor() const;
  // As if SIGTERM had come: for tests, and for a program that ends itself.
  void request() const;
};

}  // namespace windlass
