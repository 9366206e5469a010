#include "hook/execute/lock_ramp.hpp"

#include <catch2/catch.hpp>

namespace windlass::hook {

TEST_CASE(
    "the lock timeout grows by half up to the setting, and every fourth attempt outlasts an autovacuum") {
  const LockRamp ramp{Milliseconds(2'000), Milliseconds(1'000)};
  const int expected[] = {200, 300, 450, 1200, 1012, 1518, 2000, 2000, 2000, 2000, 2000, 2000};
  for (int attempt = 0; attempt < 12; ++attempt) {
    INFO(attempt);
    CHECK(lock_timeout_of(ramp, attempt).count() == expected[attempt]);
  }
  CHECK(lock_timeout_of({Milliseconds(500), Milliseconds(1'000)}, 7).count() == 1'200);
  CHECK(lock_timeout_of({Milliseconds(100), Milliseconds(1'000)}, 0).count() == 100);
  CHECK(lock_timeout_of(ramp, 1'000'000).count() == 2'000);
}

TEST_CASE("the pause doubles up to half a minute") {
  CHECK(pause_after(0, 1.0).count() == 250);
  CHECK(pause_after(0, 0.5).count() == 125);
  CHECK(pause_after(3, 1.0).count() == 2'000);
  CHECK(pause_after(7, 1.0).count() == 30'000);
  CHECK(pause_after(1'000'000, 1.0).count() == 30'000);
}

}  // namespace windlass::hook
