#include "hook/execute/retry_pause.hpp"

#include <algorithm>
#include <random>

#include "core/base/log.hpp"
#include "hook/execute/lock_ramp.hpp"

namespace windlass::hook {
namespace {

Prospect prospect_of(Database& database, const std::vector<OtherSession>& blockers) {
  if (blockers.empty()) return Prospect::kUnknown;
  try {
    Session* monitor = database.monitor();
    if (monitor == nullptr) return Prospect::kUnknown;
    const auto open = any_still_open(*monitor, blockers);
    if (!open) return Prospect::kUnknown;
    return *open ? Prospect::kInVain : Prospect::kGood;
  } catch (const Error& error) {
    log::debug(error.what());
    return Prospect::kUnknown;
  }
}

}  // namespace

Milliseconds drawn_pause(int round) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return pause_after(round, std::uniform_real_distribution<double>(0.5, 1.0)(generator));
}

Prospect pause_before_retry(Database& database, const std::vector<OtherSession>& blockers, Milliseconds pause,
                            const Clock& clock, const StopSignal& stop) {
  constexpr Milliseconds kStep{500};
  Prospect prospect = Prospect::kUnknown;
  for (Milliseconds slept{0}; slept < pause && !stop.requested();) {
    const Milliseconds step = std::min(pause - slept, kStep);
    clock.sleep(step, stop);
    slept += step;
    prospect = prospect_of(database, blockers);
    if (prospect == Prospect::kGood && slept >= pause / 4) break;
  }
  return prospect;
}

}  // namespace windlass::hook
