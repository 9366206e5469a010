// Which of several servers a session is wanted on: libpq's target_session_attrs, and what we take when nobody
// said.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace windlass::hook {

// What a session is for, where the user named no target_session_attrs.
enum class Access {
  kWrite,       // a server that takes writes
  kRead,        // a primary; of several hosts a standby when there is no primary; the only host as it is
  kThisServer,  // the one that is named, whatever the user wanted of a list
};

enum class WantedServer {
  kAny,
  kReadWrite,
  kReadOnly,
  kPrimary,
  kStandby,
  kPreferPrimary,  // not libpq's: a standby only when no primary is there
  kPreferStandby,
};

// What a server says of itself when a session begins.
struct ServerState {
  bool in_recovery = false;
  bool read_only = false;  // default_transaction_read_only
};

// libpq's value; nothing when it knows no such value.
std::optional<WantedServer> wanted_server(std::string_view target_session_attrs);
// What is wanted where target_session_attrs is not set.
WantedServer wanted_by_default(Access access, bool several_hosts);

// Whether the session is one that was wanted. On the second pass over all hosts the preferring kinds take
// what is there.
bool is_wanted(WantedServer wanted, ServerState state, bool second_pass);
bool has_second_pass(WantedServer wanted);

// What is amiss with a session that was not wanted: "it is a standby (in recovery)".
std::string why_not_wanted(WantedServer wanted, ServerState state);

}  // namespace windlass::hook
