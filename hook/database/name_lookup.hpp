// Looks a host's name up within a bound: the resolver itself may take minutes when nobody answers it.
#pragma once

#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"

namespace windlass::hook {

struct LookedUp {
  std::vector<std::string> addresses;  // numeric, in the resolver's order
  std::string failure;                 // why there are none
};

// Returns at the latest after `limit` or a stop request; what the resolver still does then is let go.
LookedUp look_up(const std::string& host, Milliseconds limit, const Clock& clock, const StopSignal& stop);

}  // namespace windlass::hook
