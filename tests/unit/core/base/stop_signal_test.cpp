#include "core/base/stop_signal.hpp"

#include <poll.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

using namespace std::chrono_literals;

namespace windlass {
namespace {

bool readable(int descriptor) {
  pollfd waited{descriptor, POLLIN, 0};
  return poll(&waited, 1, 0) == 1;
}

void note_nothing(int) {}

}  // namespace

TEST_CASE("each of the three signals is a stop request instead of the end") {
  const int number = GENERATE(SIGTERM, SIGINT, SIGHUP);
  const StopSignal stop;
  CHECK_FALSE(stop.requested());
  CHECK(stop.signal() == 0);
  CHECK_FALSE(readable(stop.descriptor()));
  raise(number);
  CHECK(stop.requested());
  CHECK(stop.signal() == number);
  CHECK(readable(stop.descriptor()));
}

TEST_CASE("the first signal is the one that is reported") {
  const StopSignal stop;
  raise(SIGINT);
  raise(SIGTERM);
  CHECK(stop.signal() == SIGINT);
}

TEST_CASE("a request from within is as SIGTERM, and a new object forgets it") {
  {
    const StopSignal stop;
    stop.request();
    CHECK(stop.signal() == SIGTERM);
  }
  const StopSignal stop;
  CHECK_FALSE(stop.requested());
}

TEST_CASE("a wait lasts its time, or until the request") {
  const StopSignal stop;
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(stop.wait_for(50ms));
  CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
  CHECK_FALSE(stop.wait_for(0ms));
  CHECK_FALSE(stop.wait_for(-5ms));
  std::thread later([] {
    std::this_thread::sleep_for(100ms);
    kill(getpid(), SIGTERM);
  });
  CHECK(stop.wait_for(30s));
  later.join();
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
  CHECK(stop.wait_for(30s));
}

TEST_CASE("the former handlers are put back") {
  std::signal(SIGHUP, note_nothing);
  { const StopSignal stop; }
  CHECK(std::signal(SIGHUP, SIG_DFL) == note_nothing);
}

}  // namespace windlass
