#include "hook/database/answer_limit.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

namespace windlass::hook {
namespace {

struct Pair {
  std::array<int, 2> ends{};
  StopSignal stop;

  Pair() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0); }
  ~Pair() {
    for (const int end : ends) close(end);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  // The socket's end of file comes within `limit`.
  bool is_shut_within(Milliseconds limit) const {
    pollfd waited{ends[0], POLLIN, 0};
    if (poll(&waited, 1, static_cast<int>(limit.count())) != 1) return false;
    char byte = 0;
    return read(ends[0], &byte, 1) == 0;
  }
};

}  // namespace

TEST_CASE("a socket whose time is up is shut down") {
  const Pair pair;
  const AnswerLimit limit(pair.ends[0], Milliseconds(20), pair.stop);
  CHECK(pair.is_shut_within(Milliseconds(20'000)));
}

TEST_CASE("a stop leaves the grace, not the whole limit") {
  const Pair pair;
  const AnswerLimit limit(pair.ends[0], Milliseconds(600'000), pair.stop);
  pair.stop.request();
  CHECK_FALSE(pair.is_shut_within(Milliseconds(500)));
  CHECK(pair.is_shut_within(kAnswerGrace + Milliseconds(20'000)));
}

TEST_CASE("a socket is left alone when the watch ends in time") {
  const Pair pair;
  { const AnswerLimit limit(pair.ends[0], Milliseconds(600'000), pair.stop); }
  CHECK_FALSE(pair.is_shut_within(Milliseconds(50)));
  CHECK(write(pair.ends[1], "x", 1) == 1);
}

}  // namespace windlass::hook
