#include "hook/database/server_options.hpp"

#include <catch2/catch.hpp>

namespace windlass::hook {

TEST_CASE("the user's own options stand behind ours and win") {
  const std::string options = server_options(ServerKind::kCurrent, "-c tcp_keepalives_idle=60");
  CHECK(options ==
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 "
        "-c tcp_user_timeout=30000 -c client_connection_check_interval=1000 -c idle_session_timeout=0 "
        "-c tcp_keepalives_idle=60");
  CHECK(server_options(ServerKind::kOld, "") ==
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 "
        "-c tcp_user_timeout=30000");
  CHECK(server_options(ServerKind::kPooler, "").empty());
  CHECK(server_options(ServerKind::kPooler, "-c x=1") == "-c x=1");
}

TEST_CASE("what a server or a pooler does not take is left out in another try") {
  struct Case {
    ServerKind refused;
    const char *sqlstate, *words;
    std::optional<ServerKind> next;
  };
  const std::optional<ServerKind> none;
  for (const auto& one : {
           Case{ServerKind::kCurrent, "42704",
                "unrecognized configuration parameter \"client_connection_check_interval\"",
                ServerKind::kOld},
           Case{ServerKind::kCurrent, "22023",
                "invalid value for parameter \"client_connection_check_interval\": 1000", ServerKind::kOld},
           Case{ServerKind::kCurrent, "42704", "unrecognized configuration parameter \"tcp_user_timeout\"",
                ServerKind::kPooler},
           Case{ServerKind::kCurrent, "08P01", "unsupported startup parameter: options", ServerKind::kPooler},
           Case{ServerKind::kCurrent, "0A000",
                "Feature not supported: RDS Proxy currently doesn't support command-line options.",
                ServerKind::kPooler},
           Case{ServerKind::kOld, "42704", "unrecognized configuration parameter \"tcp_user_timeout\"",
                ServerKind::kPooler},
           Case{ServerKind::kPooler, "08P01", "unsupported startup parameter: options", none},
           Case{ServerKind::kCurrent, "42704", "unrecognized configuration parameter \"my.own\"", none},
           Case{ServerKind::kCurrent, "28P01", "password authentication failed for user \"u\"", none},
       }) {
    INFO(one.words);
    CHECK(without_options(one.refused, one.sqlstate, one.words) == one.next);
  }
}

}  // namespace windlass::hook
