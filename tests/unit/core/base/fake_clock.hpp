// A clock that tests turn by hand; a sleep moves it on at once.
#pragma once

#include "core/base/clock.hpp"

namespace windlass::test {

class FakeClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  std::chrono::system_clock::time_point wall() const override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'769'860'800)) +
           (now_ - Instant{});  // 2026-01-31T12:00:00Z
  }
  void sleep(Milliseconds duration, const StopSignal&) const override { now_ += duration; }

  void advance(Milliseconds duration) { now_ += duration; }

 private:
  mutable Instant now_{};
};

}  // namespace windlass::test
