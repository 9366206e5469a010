#include "hook/proxy/end_proxy.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "core/base/log.hpp"

namespace windlass::hook {
namespace {

constexpr Milliseconds kPause{500};
constexpr timeval kAnswerLimit{.tv_sec = 2, .tv_usec = 0};

class Socket {
 public:
  Socket() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &kAnswerLimit, sizeof kAnswerLimit);
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kAnswerLimit, sizeof kAnswerLimit);
  }
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

bool connect_to(const Socket& socket, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* plain = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(socket.get(), plain, sizeof address) == 0;
}

// Why the order was not taken; nothing when it was.
std::optional<std::string> order(const QuitAddress& address) {
  const Socket socket;
  if (!connect_to(socket, address.port)) return std::strerror(errno);
  const std::string request =
      fmt::format("POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                  address.path, address.port);
  const auto sent = ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(request.size())) return std::strerror(errno);
  std::array<char, 64> answer{};
  const auto size = ::recv(socket.get(), answer.data(), answer.size(), MSG_WAITALL);
  if (size < 0) return std::strerror(errno);
  const std::string_view line = std::string_view(answer.data(), static_cast<std::size_t>(size));
  // "HTTP/1.1 200 OK"
  if (line.starts_with("HTTP/1.") && line.size() > 12 && line.substr(9, 3) == "200") return std::nullopt;
  return fmt::format("it answered {}", line.substr(0, line.find_first_of("\r\n")));
}

}  // namespace

std::optional<QuitAddress> parse_quit_url(std::string_view url) {
  for (const std::string_view host : {"http://127.0.0.1:", "http://localhost:"}) {
    if (!url.starts_with(host)) continue;
    const auto rest = url.substr(host.size());
    QuitAddress address;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), address.port);
    address.path = rest.substr(static_cast<std::size_t>(end - rest.data()));
    const bool plain = address.path.find_first_of(" \r\n") == std::string::npos;
    if (error == std::errc() && address.port > 0 && address.port <= 65535 && address.path.starts_with('/') &&
        plain)
      return address;
  }
  return std::nullopt;
}

void end_proxy(const std::string& url, Milliseconds limit, const Clock& clock, const StopSignal& stop) {
  const auto address = parse_quit_url(url);
  if (!address) return;
  const Deadline deadline(clock, limit);
  auto fault = order(*address);
  if (fault && !stop.requested())
    log::info(fmt::format("waiting for the proxy to end, up to {}: {}", format_duration(limit), *fault));
  while (fault && !stop.requested() && !deadline.passed()) {
    clock.sleep(kPause, stop);
    fault = order(*address);
  }
  if (fault) {
    log::warning(
        fmt::format("the proxy at port {} was not told to end: {}; the pod stays until the Job's deadline",
                    address->port, *fault));
  }
}

}  // namespace windlass::hook
