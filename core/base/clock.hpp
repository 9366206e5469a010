// The clock as a seam: what time it is, and a bounded sleep that a stop request ends early.
#pragma once

#include <chrono>
#include <string>

#include "core/base/duration.hpp"

namespace windlass {

class StopSignal;

class Clock {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  // Monotonic, for deadlines and durations.
  virtual Instant now() const = 0;
  // UTC wall clock, for records.
  virtual std::chrono::system_clock::time_point wall() const = 0;
  // Returns after `duration`, or as soon as `stop` is requested.
  virtual void sleep(Milliseconds duration, const StopSignal& stop) const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
  std::chrono::system_clock::time_point wall() const override;
  void sleep(Milliseconds duration, const StopSignal& stop) const override;
};

// A point in time that a phase must not outlive.
class Deadline {
 public:
  Deadline(const Clock& clock, Milliseconds limit)
      : clock_(&clock), limit_(limit), end_(clock.now() + limit) {}

  Milliseconds limit() const { return limit_; }
  bool passed() const { return clock_->now() >= end_; }
  // 0 when it has passed.
  Milliseconds left() const;

 private:
  const Clock* clock_;
  Milliseconds limit_;
  Clock::Instant end_;
};

// Milliseconds from `begin` until now.
Milliseconds elapsed(const Clock& clock, Clock::Instant begin);

// "2026-01-31T12:00:00Z".
std::string format_utc(std::chrono::system_clock::time_point time);

}  // namespace windlass
