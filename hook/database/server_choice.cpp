#include "hook/database/server_choice.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace windlass::hook {

std::optional<WantedServer> wanted_server(std::string_view target_session_attrs) {
  static constexpr std::array<std::pair<std::string_view, WantedServer>, 6> kKnown{{
      {"any", WantedServer::kAny},
      {"read-write", WantedServer::kReadWrite},
      {"read-only", WantedServer::kReadOnly},
      {"primary", WantedServer::kPrimary},
      {"standby", WantedServer::kStandby},
      {"prefer-standby", WantedServer::kPreferStandby},
  }};
  const auto found = std::find_if(kKnown.begin(), kKnown.end(),
                                  [&](const auto& known) { return known.first == target_session_attrs; });
  if (found == kKnown.end()) return std::nullopt;
  return found->second;
}

WantedServer wanted_by_default(Access access, bool several_hosts) {
  switch (access) {
    case Access::kWrite: return WantedServer::kReadWrite;
    case Access::kRead: return several_hosts ? WantedServer::kPreferPrimary : WantedServer::kAny;
    case Access::kThisServer: break;
  }
  return WantedServer::kAny;
}

bool is_wanted(WantedServer wanted, ServerState state, bool second_pass) {
  switch (wanted) {
    case WantedServer::kAny: return true;
    case WantedServer::kReadWrite: return !state.in_recovery && !state.read_only;
    case WantedServer::kReadOnly: return state.in_recovery || state.read_only;
    case WantedServer::kPrimary: return !state.in_recovery;
    case WantedServer::kStandby: return state.in_recovery;
    case WantedServer::kPreferPrimary: return second_pass || !state.in_recovery;
    case WantedServer::kPreferStandby: return second_pass || state.in_recovery;
  }
  return false;
}

bool has_second_pass(WantedServer wanted) {
  return wanted == WantedServer::kPreferPrimary || wanted == WantedServer::kPreferStandby;
}

std::string why_not_wanted(WantedServer wanted, ServerState state) {
  if (state.in_recovery) return "it is a standby (in recovery) and takes no writes";
  if (wanted == WantedServer::kStandby || wanted == WantedServer::kPreferStandby)
    return "it is a primary, a standby was asked for";
  if (wanted == WantedServer::kReadOnly) return "it takes writes, a read-only server was asked for";
  return "the session is read-only: default_transaction_read_only is on";
}

}  // namespace windlass::hook
