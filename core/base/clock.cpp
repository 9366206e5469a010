#include "core/base/clock.hpp"

#include <fmt/chrono.h>

#include <algorithm>

#include "core/base/stop_signal.hpp"

namespace windlass {

Clock::Instant SystemClock::now() const { return std::chrono::steady_clock::now(); }

std::chrono::system_clock::time_point SystemClock::wall() const { return std::chrono::system_clock::now(); }

void SystemClock::sleep(Milliseconds duration, const StopSignal& stop) const { stop.wait_for(duration); }

Milliseconds Deadline::left() const {
  const auto left = std::chrono::duration_cast<Milliseconds>(end_ - clock_->now());
  return std::max(left, Milliseconds(0));
}

Milliseconds elapsed(const Clock& clock, Clock::Instant begin) {
  return std::chrono::duration_cast<Milliseconds>(clock.now() - begin);
}

std::string format_utc(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

}  // namespace windlass
