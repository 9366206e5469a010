#include "hook/database/lock_wait.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/log.hpp"

namespace windlass::hook {

void wait_for_lock(const std::function<std::optional<std::string>()>& try_take, Milliseconds limit,
                   const Clock& clock, const StopSignal& stop) {
  constexpr Milliseconds kPoll{1'000};
  auto holder = try_take();
  if (!holder) return;
  log::info(
      fmt::format("another runner holds the lock, waiting up to {}: {}", format_duration(limit), *holder));
  const Deadline deadline(clock, limit);
  while (!deadline.passed()) {
    clock.sleep(std::min(kPoll, deadline.left()), stop);
    if (stop.requested()) throw Error(ExitCode::kTerminated, "stopped while waiting for the lock");
    holder = try_take();
    if (!holder) return;
  }
  throw Error(ExitCode::kLocked,
              fmt::format("another runner holds the lock, waited {}: {}", format_duration(limit), *holder),
              "Let it finish, or end it, then run again.");
}

}  // namespace windlass::hook
