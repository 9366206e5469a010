#include "hook/database/name_lookup.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>

namespace windlass::hook {
namespace {

// A request with all that the resolver's thread reads and writes.
struct Lookup {
  std::string host;
  addrinfo hints{};
  gaicb request{};

  explicit Lookup(std::string name) : host(std::move(name)) {
    hints.ai_socktype = SOCK_STREAM;
    request.ar_name = host.c_str();
    request.ar_request = &hints;
  }
  ~Lookup() {
    if (request.ar_result != nullptr) freeaddrinfo(request.ar_result);
  }
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
};

// The state of the request: 0, EAI_INPROGRESS or why it failed.
int wait_for(const gaicb& request, Milliseconds limit, const Clock& clock, const StopSignal& stop) {
  const Deadline deadline(clock, limit);
  constexpr timespec kTick{0, 50'000'000};
  const std::array<const gaicb*, 1> requests{&request};
  while (gai_error(const_cast<gaicb*>(&request)) == EAI_INPROGRESS && !deadline.passed() &&
         !stop.requested()) {
    gai_suspend(requests.data(), 1, &kTick);
  }
  return gai_error(const_cast<gaicb*>(&request));
}

std::vector<std::string> numeric_addresses(const addrinfo* result) {
  std::vector<std::string> addresses;
  for (const auto* one = result; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
      continue;
    if (std::find(addresses.begin(), addresses.end(), text.data()) == addresses.end())
      addresses.emplace_back(text.data());
  }
  return addresses;
}

}  // namespace

LookedUp look_up(const std::string& host, Milliseconds limit, const Clock& clock, const StopSignal& stop) {
  auto lookup = std::make_unique<Lookup>(host);
  gaicb* request = &lookup->request;
  const auto failed = [&](std::string_view why) {
    return LookedUp{{}, fmt::format("could not translate host name \"{}\" to address: {}", host, why)};
  };
  const int begun = getaddrinfo_a(GAI_NOWAIT, &request, 1, nullptr);
  if (begun != 0) return failed(gai_strerror(begun));
  const int ended = wait_for(lookup->request, limit, clock, stop);
  if (ended == EAI_INPROGRESS && gai_cancel(request) == EAI_NOTCANCELED)
    static_cast<void>(lookup.release());  // the resolver's thread still has it
  if (ended == EAI_INPROGRESS || ended == EAI_CANCELED)
    return failed(fmt::format("the name servers did not answer within {}", format_duration(limit)));
  if (ended != 0) return failed(gai_strerror(ended));
  return {numeric_addresses(lookup->request.ar_result), ""};
}

}  // namespace windlass::hook
