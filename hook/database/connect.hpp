// Opens sessions: waits, within a bound, for a server that is not there yet, and says at once what waiting
// cannot cure.
#pragma once

#include <optional>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/secret.hpp"
#include "core/base/stop_signal.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// Where to connect. The parts override the URL; what both leave out is libpq's to fill in (PG* variables, the
// password file, its defaults). A URL may be a URI or a keyword string.
struct ConnectionTarget {
  Secret url;
  std::string host;
  std::optional<int> port;
  std::string database;
  std::string user;
  Secret password;
};

// Resolved by libpq's own rules, for a child process such as pg_dump: PGHOST, PGPASSWORD and so on.
// Throws Error(kConfiguration) when the URL is not valid, without quoting it.
std::vector<std::pair<std::string, std::string>> libpq_environment(const ConnectionTarget& target);

// Tries until a session stands, `limit` is over or a stop is requested. Retried: hosts that are not known or
// refuse, servers that start up or have no connection free. Throws Error: kUnreachable when the limit is
// over, kNotPermitted for a refused role or password, kConfiguration for a URL or database that does not
// exist, kTerminated on a stop request. `application` names the session to others.
Session connect(const ConnectionTarget& target, const std::string& application, Milliseconds limit,
                const Clock& clock, const StopSignal& stop);

}  // namespace windlass::hook
