#include "hook/database/server_options.hpp"

namespace windlass::hook {
namespace {

// A client whose node vanished is given up after 10 + 3 * 5 s of silence, or 30 s after the last answer that
// nobody acknowledged: the lock is free then.
constexpr std::string_view kKeepalives =
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 "
    "-c tcp_user_timeout=30000";

// A killed runner's statement is given up instead of running on with the lock held; and a runner that waits
// for something else, such as pg_dump or the lock, keeps its session.
constexpr std::string_view kSince14 = " -c client_connection_check_interval=1000 -c idle_session_timeout=0";

}  // namespace

std::string server_options(ServerKind kind, const std::string& users) {
  if (kind == ServerKind::kPooler) return users;
  std::string options(kKeepalives);
  if (kind == ServerKind::kCurrent) options += kSince14;
  return users.empty() ? options : options + " " + users;
}

std::optional<ServerKind> without_options(ServerKind refused, std::string_view sqlstate,
                                          std::string_view words) {
  const auto says = [&](std::string_view piece) { return words.find(piece) != std::string_view::npos; };
  if (refused == ServerKind::kPooler) return std::nullopt;
  // 42704: unknown parameter; 22023: a platform that cannot look after the client.
  const bool unknown = sqlstate == "42704" || sqlstate == "22023";
  if (unknown && refused == ServerKind::kCurrent &&
      (says("client_connection_check_interval") || says("idle_session_timeout")))
    return ServerKind::kOld;
  if (unknown && says("tcp_")) return ServerKind::kPooler;
  // PgBouncer: "unsupported startup parameter: options"; RDS Proxy: "command-line options" (0A000).
  if (says("startup parameter") || says("command-line options")) return ServerKind::kPooler;
  return std::nullopt;
}

}  // namespace windlass::hook
