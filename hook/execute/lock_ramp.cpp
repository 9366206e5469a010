#include "hook/execute/lock_ramp.hpp"

#include <algorithm>
#include <cmath>

namespace windlass::hook {

Milliseconds lock_timeout_of(const LockRamp& ramp, int attempt) {
  constexpr double kFirst = 200;
  constexpr double kGrowth = 1.5;
  const double grown = kFirst * std::pow(kGrowth, std::min(attempt, 40));
  const auto timeout =
      Milliseconds(static_cast<std::int64_t>(std::min(grown, static_cast<double>(ramp.longest.count()))));
  return std::max(timeout, outlasts_autovacuum(ramp, attempt));
}

Milliseconds outlasts_autovacuum(const LockRamp& ramp, int attempt) {
  constexpr Milliseconds kMargin{200};
  return attempt % 4 == 3 ? ramp.deadlock_timeout + kMargin : Milliseconds(0);
}

Milliseconds pause_after(int attempt, double jitter) {
  constexpr double kFirst = 250;
  constexpr double kLongest = 30'000;
  return Milliseconds(
      static_cast<std::int64_t>(jitter * std::min(kLongest, kFirst * std::pow(2, std::min(attempt, 20)))));
}

}  // namespace windlass::hook
