// Waits for a runner's lock of whatever kind, and says whom it waits for.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"

namespace windlass::hook {

// Calls `try_take`, which returns who stands in the way or nothing when it has the lock, once a second for up
// to `limit`, and names who when it starts to wait. Throws Error: kLocked with the
// name when `limit` is over, kTerminated on a stop request.
void wait_for_lock(const std::function<std::optional<std::string>()>& try_take, Milliseconds limit,
                   const Clock& clock, const StopSignal& stop);

}  // namespace windlass::hook
