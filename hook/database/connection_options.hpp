// What a session is opened with: the target's own words, what libpq finds where they are silent, and the
// servers to try, in order.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/duration.hpp"
#include "core/base/secret.hpp"
#include "hook/database/server_choice.hpp"

namespace windlass::hook {

// Where to connect. The parts override the URL; what both leave out is libpq's to fill in (PG* variables, the
// password file, its defaults). A URL may be a URI or a keyword string; host and port may be lists.
struct ConnectionTarget {
  Secret url;
  std::string host;
  std::optional<int> port;
  std::string database;
  std::string user;
  Secret password;
  Access access = Access::kWrite;
  std::string address = {};  // the numeric address of `host`, where a name must not be looked up again
};

using Keywords = std::map<std::string, std::string>;  // libpq's names of options, and their values

// One host of the list. Each part may be empty: then it is libpq's to fill in.
struct Endpoint {
  std::string host;     // a name, an address or a socket's folder
  std::string address;  // numeric
  std::string port;

  // Whether the host is a name that stands for addresses.
  bool is_name() const;
  std::string to_text() const;  // "db1:5432", for messages
};

struct ConnectionOptions {
  Keywords keywords;  // for libpq, but for host, hostaddr, port and target_session_attrs
  std::vector<Endpoint> endpoints;
  WantedServer wanted = WantedServer::kAny;
  std::optional<Milliseconds> attempt_limit;  // connect_timeout, where the user set one
  std::string server_options;                 // the user's own options (-c name=value ...), or empty
};

// Throws Error(kConfiguration) when the URL is not valid, without quoting it, when the lists of hosts and
// ports do not fit, or when target_session_attrs has a value that libpq does not know.
ConnectionOptions connection_options(const ConnectionTarget& target, const std::string& application);

// Resolved by libpq's own rules, for a child process such as pg_dump: PGHOST, PGPASSWORD and so on.
// Throws Error(kConfiguration) when the URL is not valid, without quoting it.
std::vector<std::pair<std::string, std::string>> libpq_environment(const ConnectionTarget& target);

}  // namespace windlass::hook
