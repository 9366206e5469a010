#include "core/base/clock.hpp"

#include <catch2/catch.hpp>

#include "core/base/stop_signal.hpp"
#include "tests/unit/core/base/fake_clock.hpp"

using namespace std::chrono_literals;

namespace windlass {

TEST_CASE("a deadline counts down to 0 and no further") {
  test::FakeClock clock;
  const Deadline deadline(clock, 10s);
  CHECK(deadline.limit() == 10s);
  CHECK(deadline.left() == 10s);
  clock.advance(9'999ms);
  CHECK_FALSE(deadline.passed());
  CHECK(deadline.left() == 1ms);
  clock.advance(1ms);
  CHECK(deadline.passed());
  clock.advance(1h);
  CHECK(deadline.left() == 0ms);
}

TEST_CASE("elapsed is the time since an instant of the same clock") {
  test::FakeClock clock;
  const auto begin = clock.now();
  clock.advance(1'234ms);
  CHECK(elapsed(clock, begin) == 1'234ms);
}

TEST_CASE("a wall clock time is written in UTC with seconds") {
  CHECK(format_utc(test::FakeClock().wall()) == "2026-01-31T12:00:00Z");
  CHECK(format_utc(std::chrono::system_clock::time_point{}) == "1970-01-01T00:00:00Z");
}

TEST_CASE("the system clock's sleep ends with a stop request") {
  const StopSignal stop;
  stop.request();
  const SystemClock clock;
  const auto begin = clock.now();
  clock.sleep(1min, stop);
  CHECK(elapsed(clock, begin) < 10s);
}

}  // namespace windlass
