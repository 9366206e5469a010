#include "hook/execute/run_monitor.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/log.hpp"
#include "hook/database/catalog.hpp"

namespace windlass::hook {
namespace {

constexpr Milliseconds kProgressEvery{10'000};

}  // namespace

RunMonitor::RunMonitor(Database& database, std::string script, Milliseconds lock_timeout)
    : database_(database),
      script_(std::move(script)),
      backend_(database.session().backend()),
      lock_timeout_(lock_timeout),
      next_progress_(kProgressEvery) {}

void RunMonitor::look(Milliseconds running) {
  if (!blockers_named_ && lock_timeout_.count() > 0 && running >= lock_timeout_ / 2) {
    blockers_named_ = true;
    name_blockers();
  }
  if (running < next_progress_) return;
  next_progress_ = running + kProgressEvery;
  Session* monitor = database_.monitor();
  std::string progress;
  try {
    if (monitor != nullptr) progress = progress_of(*monitor, backend_);
  } catch (const Error& error) {
    log::debug(error.what());
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(running);
  log::info(fmt::format("{} has been running for {}{}", script_, format_duration(seconds),
                        progress.empty() ? "" : ", " + progress));
  if (lock_timeout_.count() == 0) name_blockers();
}

void RunMonitor::name_blockers() {
  Session* monitor = database_.monitor();
  if (monitor == nullptr) return;
  try {
    blockers_.clear();
    for (const auto& blocker : blockers_of(*monitor, backend_)) {
      log::warning(fmt::format("{} waits for a lock behind {}", script_, blocker.to_text()));
      blockers_ += "  blocked by " + blocker.to_text() + "\n";
    }
  } catch (const Error& error) {
    log::debug(error.what());  // the script's own outcome is what counts
  }
}

}  // namespace windlass::hook
