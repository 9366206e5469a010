#include "core/base/stop_signal.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <limits>

#include "core/base/error.hpp"

namespace windlass {
namespace {

// A signal handler can reach nothing but statics: these two are the process's one stop request.
std::atomic<int> received_signal{0};
std::atomic<int> wake_descriptor{-1};

constexpr std::array kSignals{SIGTERM, SIGINT, SIGHUP};
std::array<struct sigaction, kSignals.size()> former_actions;

void note_signal(int number) {
  const int saved_errno = errno;
  int none = 0;
  received_signal.compare_exchange_strong(none, number);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_descriptor.load(), &one, sizeof one);
  errno = saved_errno;
}

}  // namespace

StopSignal::StopSignal() {
  const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) throw Error(ExitCode::kInternal, "cannot make a descriptor for stop signals");
  wake_descriptor = descriptor;
  received_signal = 0;
  struct sigaction action {};
  action.sa_handler = note_signal;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &former_actions[i]);
}

StopSignal::~StopSignal() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &former_actions[i], nullptr);
  close(wake_descriptor.exchange(-1));
}

bool StopSignal::requested() const { return received_signal != 0; }

int StopSignal::signal() const { return received_signal; }

int StopSignal::descriptor() const { return wake_descriptor; }

void StopSignal::request() const { note_signal(SIGTERM); }

bool StopSignal::wait_for(Milliseconds duration) const {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (!requested()) {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) break;
    pollfd waited{wake_descriptor, POLLIN, 0};
    poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left + 1, std::numeric_limits<int>::max())));
  }
  return requested();
}

}  // namespace windlass
