#include "hook/proxy/end_proxy.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

namespace windlass::hook {
namespace {

// A proxy that takes its orders: one answer for each connection, in this order.
class Proxy {
 public:
  explicit Proxy(std::vector<std::string> answers) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener_, plain, size) == 0);
    REQUIRE(::listen(listener_, 5) == 0);
    REQUIRE(::getsockname(listener_, plain, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answers = std::move(answers)] {
      for (const auto& answer : answers) take(answer);
    });
  }
  ~Proxy() {
    ::shutdown(listener_, SHUT_RDWR);
    ::close(listener_);
    thread_.join();
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/quitquitquit"; }

  // When all answers were given.
  std::vector<std::string> requests() {
    thread_.join();
    thread_ = std::thread([] {});
    return requests_;
  }

 private:
  void take(const std::string& answer) {
    const int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    std::array<char, 512> request{};
    const auto size = ::recv(peer, request.data(), request.size(), 0);
    requests_.emplace_back(request.data(), static_cast<std::size_t>(size));
    ::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
    ::close(peer);
  }

  int listener_;
  int port_ = 0;
  std::vector<std::string> requests_;
  std::thread thread_;
};

constexpr Milliseconds kLimit{5'000};

}  // namespace

TEST_CASE("only an address inside of the pod is taken") {
  CHECK(parse_quit_url("http://127.0.0.1:9091/quitquitquit")->port == 9091);
  CHECK(parse_quit_url("http://localhost:1/a/b")->path == "/a/b");
  for (const auto* url :
       {"", "http://127.0.0.1/quit", "http://127.0.0.1:0/quit", "http://127.0.0.1:65536/quit",
        "http://127.0.0.1:9091", "https://127.0.0.1:9091/quit", "http://10.0.0.1:9091/quit",
        "http://127.0.0.1:9091/a b", "http://127.0.0.1:9091/a\r\nX: y"})
    CHECK_FALSE(parse_quit_url(url).has_value());
}

TEST_CASE("the proxy is told to end by POST, once") {
  const SystemClock clock;
  const StopSignal stop;
  Proxy proxy({"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  end_proxy(proxy.url(), kLimit, clock, stop);
  const auto requests = proxy.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].starts_with("POST /quitquitquit HTTP/1.1\r\nHost: 127.0.0.1:"));
}

TEST_CASE("a proxy that does not take the order is told again") {
  const SystemClock clock;
  const StopSignal stop;
  Proxy proxy({"", "HTTP/1.1 503 Service Unavailable\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"});
  end_proxy(proxy.url(), kLimit, clock, stop);
  CHECK(proxy.requests().size() == 3);
}

TEST_CASE("nobody listens: the limit ends the wait, a stop request at once") {
  const SystemClock clock;
  const StopSignal stop;
  const std::string url = "http://127.0.0.1:1/quitquitquit";
  const auto begin = clock.now();
  end_proxy(url, Milliseconds(600), clock, stop);
  CHECK(elapsed(clock, begin) >= Milliseconds(600));
  CHECK(elapsed(clock, begin) < kLimit);
  stop.request();
  const auto stopped = clock.now();
  end_proxy(url, kLimit, clock, stop);
  CHECK(elapsed(clock, stopped) < Milliseconds(500));
}

TEST_CASE("without an address nothing is done") {
  const SystemClock clock;
  const StopSignal stop;
  const auto begin = clock.now();
  end_proxy("", kLimit, clock, stop);
  CHECK(elapsed(clock, begin) < Milliseconds(500));
}

}  // namespace windlass::hook
