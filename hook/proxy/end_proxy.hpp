// Ends the auth proxy beside the hook, where no native sidecar does: a proxy that stays keeps the Job from
// ending.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"

namespace windlass::hook {

struct QuitAddress {
  int port = 0;
  std::string path;  // "/quitquitquit"
};

// Of "http://127.0.0.1:9091/quitquitquit" or with localhost; nothing for any other URL, because the order
// goes to the pod itself and nowhere else.
std::optional<QuitAddress> parse_quit_url(std::string_view url);

// Orders the proxy to end by POST (Cloud SQL and AlloyDB Auth Proxy with --quitquitquit: 127.0.0.1, port of
// --admin-port). A proxy that does not listen yet, because the run ended before it had started, is waited for
// as long as `limit`; after a stop request it is asked once, because Kubernetes ends it too. A proxy that
// cannot be ended is a warning: the run's own result stands, and the Job's deadline ends the pod. Nothing is
// done for an empty URL.
void end_proxy(const std::string& url, Milliseconds limit, const Clock& clock, const StopSignal& stop);

}  // namespace windlass::hook
