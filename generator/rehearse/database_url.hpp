// A PostgreSQL connection URI or keyword string taken apart, so that a rehearsal can lead it elsewhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/secret.hpp"
#include "generator/rehearse/psql.hpp"

namespace windlass::generator {

struct DatabaseUrl {
  std::string user;
  Secret password;
  std::string host;      // of several servers a list with commas, as libpq has it; IPv6 without brackets
  std::string port;      // likewise, or one for all of them; empty: the default
  std::string database;  // empty: the user's name
  std::vector<std::pair<std::string, std::string>> parameters;

  std::string database_name() const { return database.empty() ? user : database; }
};

// Read as libpq does. Nothing when `text` does not begin with postgresql:// or postgres://, an address in
// brackets does not end, or there are several ports and another number of hosts. Blanks and line ends around
// it do not count.
std::optional<DatabaseUrl> parse_database_url(std::string_view text);

// The same, or a keyword string (host=db dbname=shop) that names a host or a database.
std::optional<DatabaseUrl> parse_connection(std::string_view text);

Secret to_url(const DatabaseUrl& url);

// What libpq programs need to reach it: the password goes by the environment, never by the command line.
ClientEnvironment client_environment(const DatabaseUrl& url);

// Percent-encoded for a URI.
std::string url_encoded(std::string_view text);

}  // namespace windlass::generator
