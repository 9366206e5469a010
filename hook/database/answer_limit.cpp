#include "hook/database/answer_limit.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <limits>

#include "core/base/error.hpp"
#include "core/base/log.hpp"

namespace windlass::hook {
namespace {

using SteadyClock = std::chrono::steady_clock;

int timeout_until(SteadyClock::time_point end) {
  const auto left = std::chrono::duration_cast<Milliseconds>(end - SteadyClock::now()).count() + 1;
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

// True when the time was up before `end` became readable.
bool times_out(int end, int stop, SteadyClock::time_point until) {
  bool stopping = false;
  while (true) {
    std::array<pollfd, 2> waited{pollfd{end, POLLIN, 0}, pollfd{stopping ? -1 : stop, POLLIN, 0}};
    poll(waited.data(), waited.size(), timeout_until(until));
    if (waited[0].revents != 0) return false;
    if (SteadyClock::now() >= until) return true;
    if (waited[1].revents != 0) {
      stopping = true;
      until = std::min(until, SteadyClock::now() + kAnswerGrace);
    }
  }
}

void watch(int socket, int end, int stop, SteadyClock::time_point until) {
  if (!times_out(end, stop, until)) return;
  log::warning("the server does not answer: giving the connection up");
  shutdown(socket, SHUT_RDWR);
}

}  // namespace

AnswerLimit::AnswerLimit(int socket, Milliseconds limit, const StopSignal& stop)
    : socket_(fcntl(socket, F_DUPFD_CLOEXEC, 0)), end_(eventfd(0, EFD_CLOEXEC)) {
  if (socket_ < 0 || end_ < 0) throw Error(ExitCode::kInternal, "cannot watch the connection");
  // Signals are the main thread's to handle.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  watch_ = std::thread(watch, socket_, end_, stop.descriptor(), SteadyClock::now() + limit);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

AnswerLimit::~AnswerLimit() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(end_, &one, sizeof one);
  watch_.join();
  close(end_);
  close(socket_);
}

}  // namespace windlass::hook
