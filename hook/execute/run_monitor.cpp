#include "hook/execute/run_monitor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/log.hpp"

namespace windlass::hook {
namespace {

using std::chrono::seconds;

constexpr Milliseconds kProgressEvery{10'000};
constexpr Milliseconds kLookAtMost{100};
constexpr Milliseconds kLookAtLeast{1'000};
// Without a second session there is nothing to see; trying again costs up to two seconds.
constexpr Milliseconds kLookAgainAfterFailure{30'000};

}  // namespace

std::optional<Milliseconds> Estimate::left(const Progress& progress, Milliseconds running) {
  const std::string phase = progress.work + progress.phase + std::to_string(progress.total);
  if (phase != phase_ || progress.done < first_done_) {
    phase_ = phase;
    first_done_ = progress.done;
    first_seen_ = running;
    return std::nullopt;
  }
  const auto took = running - first_seen_;
  const std::int64_t moved = progress.done - first_done_;
  if (progress.total <= 0 || progress.unit == "lockers" || moved <= 0 || took < seconds(2))
    return std::nullopt;
  const double per_unit = static_cast<double>(took.count()) / static_cast<double>(moved);
  const std::int64_t open = std::max<std::int64_t>(progress.total - progress.done, 0);
  return Milliseconds(static_cast<std::int64_t>(per_unit * static_cast<double>(open)));
}

std::string progress_text(const Progress& progress, std::optional<Milliseconds> left) {
  std::string text = progress.work;
  if (!progress.phase.empty()) text += ": " + progress.phase;
  if (progress.total > 0 && progress.unit == "lockers") {
    text += fmt::format(", {} of {} done", progress.done, progress.total);
  } else if (progress.total > 0) {
    text += fmt::format(", {} %", 100 * std::min(progress.done, progress.total) / progress.total);
  }
  if (left) {
    text +=
        fmt::format(", about {} left",
                    format_duration(std::chrono::round<seconds>(std::max<Milliseconds>(*left, seconds(1)))));
  }
  const bool shows_wait =
      progress.wait_type == "Lock" || (progress.work.empty() && !progress.wait_type.empty());
  if (shows_wait) {
    text +=
        fmt::format("{}waits for {} ({})", text.empty() ? "" : ", ", progress.wait_event, progress.wait_type);
  }
  return text;
}

RunMonitor::RunMonitor(Database& database, std::string what, Milliseconds lock_timeout)
    : database_(database),
      what_(std::move(what)),
      every_(lock_timeout.count() == 0 ? kLookAtLeast
                                       : std::clamp(lock_timeout / 2, kLookAtMost, kLookAtLeast)),
      next_look_(every_),
      next_progress_(kProgressEvery) {}

void RunMonitor::look(Milliseconds running) {
  if (running >= next_look_) {
    next_look_ = running + every_;
    look_from_outside(running);
  }
  if (running < next_progress_) return;
  next_progress_ = running + kProgressEvery;
  log_progress(running);
}

// What it finds is help for a person; the script's own outcome is what counts.
void RunMonitor::look_from_outside(Milliseconds running) {
  Session* monitor = database_.monitor();
  if (monitor == nullptr) {
    next_look_ = running + kLookAgainAfterFailure;
    return;
  }
  try {
    const int process = database_.script_process(*monitor);
    progress_ = progress_of(*monitor, process);
    left_ = estimate_.left(progress_, running);
    if (progress_.waits_for_lock()) note_blockers(*monitor, process);
  } catch (const Error& error) {
    log::debug(error.what());
    progress_ = {};
  }
}

void RunMonitor::note_blockers(Session& monitor, int process) {
  auto blockers = blockers_of(monitor, process);
  if (blockers.empty()) return;
  blocked_by_ = std::move(blockers);
  std::string who;
  for (const auto& blocker : blocked_by_) who += fmt::format("{}/{} ", blocker.backend, blocker.started);
  if (std::exchange(named_, who) == who) return;
  for (const auto& blocker : blocked_by_) {
    log::warning(fmt::format("{} waits for a lock behind {}", what_, blocker.to_text()));
  }
}

void RunMonitor::log_progress(Milliseconds running) {
  const std::string progress = progress_text(progress_, left_);
  log::info(fmt::format("{} has been running for {}{}", what_,
                        format_duration(std::chrono::duration_cast<seconds>(running)),
                        progress.empty() ? "" : ", " + progress));
}

}  // namespace windlass::hook
