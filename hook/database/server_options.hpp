// What the hook asks of the server's side of its sessions, as options of the connection: they hold from the
// first moment, cost no round trip and outlive RESET ALL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace windlass::hook {

class Session;

enum class ServerKind {
  kCurrent,  // PostgreSQL 14 and later
  kOld,      // 12 and 13: no client_connection_check_interval, no idle_session_timeout
  kPooler,   // something before the server that takes no options: its own keepalives count
};

// "-c tcp_keepalives_idle=10 ... " and behind it the user's own options, which therefore win.
std::string server_options(ServerKind kind, const std::string& users);

// What to try instead when a connection was refused with these words; nothing when our options were not why.
std::optional<ServerKind> without_options(ServerKind refused, std::string_view sqlstate,
                                          std::string_view words);

}  // namespace windlass::hook
