#include "hook/database/cancel.hpp"

#include <array>
#include <memory>
#include <thread>
#include <utility>

namespace windlass::hook {
namespace {

struct FreeCancel {
  void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
};

}  // namespace

// libpq's request waits without a bound for a server, or a proxy, that takes the connection and is silent. In
// a thread of its own it may wait until the process ends.
std::future<void> send_cancel(PGconn* connection) {
  std::promise<void> sent;
  std::future<void> future = sent.get_future();
  std::unique_ptr<PGcancel, FreeCancel> handle(PQgetCancel(connection));
  std::thread([handle = std::move(handle), sent = std::move(sent)]() mutable {
    std::array<char, 256> reason{};
    PQcancel(handle.get(), reason.data(), static_cast<int>(reason.size()));
    sent.set_value();
  }).detach();
  return future;
}

}  // namespace windlass::hook
