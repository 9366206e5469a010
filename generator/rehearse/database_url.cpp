#include "generator/rehearse/database_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "core/base/files.hpp"
#include "core/base/text.hpp"

namespace windlass::generator {
namespace {

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    int byte = 0;
    const auto* const digits = text.data() + at + 1;
    if (text[at] == '%' && at + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      result += static_cast<char>(byte);
      at += 2;
    } else {
      result += text[at];
    }
  }
  return result;
}

// The text before `separator`, which is taken off `rest` with it; all of `rest` when it is not in there.
std::string_view take_until(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  const auto part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return part;
}

// The text before the first of `ends`, which is left in `rest`.
std::string_view take_before(std::string_view& rest, std::string_view ends) {
  const auto part = rest.substr(0, rest.find_first_of(ends));
  rest.remove_prefix(part.size());
  return part;
}

// libpq looks for the first @, and only up to the first slash: others are part of a password or name.
void read_credentials(std::string_view& rest, DatabaseUrl& url) {
  const auto at = rest.find_first_of("@/");
  if (at == std::string_view::npos || rest[at] != '@') return;
  auto credentials = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  url.user = decoded(take_until(credentials, ':'));
  url.password = Secret(decoded(credentials));
}

// "host:port" as often as there are servers, an IPv6 address in brackets. As in libpq the names and the ports
// become two lists with commas. False when a bracket does not end.
bool read_servers(std::string_view& rest, DatabaseUrl& url) {
  for (bool more = true; more;) {
    if (rest.starts_with('[')) {
      const auto end = rest.find(']');
      if (end == std::string_view::npos) return false;
      url.host += decoded(rest.substr(1, end - 1));
      rest.remove_prefix(end + 1);
    } else {
      url.host += decoded(take_before(rest, ":/?,"));
    }
    if (rest.starts_with(':')) {
      rest.remove_prefix(1);
      url.port += decoded(take_before(rest, "/?,"));
    }
    more = rest.starts_with(',');
    if (!more) continue;
    rest.remove_prefix(1);
    url.host += ',';
    url.port += ',';
  }
  return rest.empty() || rest.front() == '/' || rest.front() == '?';
}

std::vector<std::string> hosts_of(const DatabaseUrl& url) {
  auto hosts = split(url.host, ',');
  if (hosts.empty()) hosts.emplace_back();  // libpq's own choice
  return hosts;
}

// libpq connects with one port for all hosts or one for each.
bool ports_fit_hosts(const DatabaseUrl& url) {
  const auto ports = split(url.port, ',').size();
  return ports <= 1 || ports == hosts_of(url).size();
}

// libpq lets parameters say what stands before them too, and then they win.
void take_parameter(const std::string& name, std::string value, DatabaseUrl& url) {
  if (name == "user") {
    url.user = std::move(value);
  } else if (name == "password") {
    url.password = Secret(std::move(value));
  } else if (name == "host" || name == "hostaddr") {
    url.host = std::move(value);
  } else if (name == "port") {
    url.port = std::move(value);
  } else if (name == "dbname") {
    url.database = std::move(value);
  } else {
    url.parameters.emplace_back(name, std::move(value));
  }
}

// The value of a keyword, which may stand in single quotes with backslashes before quotes and backslashes in
// it; nothing when the quotes do not end.
std::optional<std::string> take_value(std::string_view& rest) {
  std::string value;
  const bool quoted = rest.starts_with('\'');
  if (quoted) rest.remove_prefix(1);
  while (!rest.empty()) {
    if (quoted ? rest.front() == '\'' : std::isspace(static_cast<unsigned char>(rest.front())) != 0) break;
    if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
    value += rest.front();
    rest.remove_prefix(1);
  }
  if (!quoted) return value;
  if (rest.empty()) return std::nullopt;
  rest.remove_prefix(1);
  return value;
}

std::optional<DatabaseUrl> parse_keywords(std::string_view rest) {
  DatabaseUrl url;
  for (rest = trim(rest); !rest.empty(); rest = trim(rest)) {
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string name(trim(rest.substr(0, equals)));
    rest = trim(rest.substr(equals + 1));
    auto value = take_value(rest);
    if (!value || name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string::npos)
      return std::nullopt;
    take_parameter(name, std::move(*value), url);
  }
  if (url.host.empty() && url.database.empty()) return std::nullopt;
  return ports_fit_hosts(url) ? std::optional(url) : std::nullopt;
}

}  // namespace

std::optional<DatabaseUrl> parse_connection(std::string_view text) {
  if (auto url = parse_database_url(text)) return url;
  return parse_keywords(text);
}

std::optional<DatabaseUrl> parse_database_url(std::string_view text) {
  auto rest = trim(text);
  constexpr std::array<std::string_view, 2> kSchemes{"postgresql://", "postgres://"};
  const auto* scheme = std::find_if(kSchemes.begin(), kSchemes.end(),
                                    [&](std::string_view known) { return rest.starts_with(known); });
  if (scheme == kSchemes.end()) return std::nullopt;
  rest.remove_prefix(scheme->size());
  DatabaseUrl url;
  read_credentials(rest, url);
  if (!read_servers(rest, url)) return std::nullopt;
  auto path = take_until(rest, '?');
  take_until(path, '/');
  url.database = decoded(path);
  while (!rest.empty()) {
    auto parameter = take_until(rest, '&');
    const auto name = decoded(take_until(parameter, '='));
    take_parameter(name, decoded(parameter), url);
  }
  return ports_fit_hosts(url) ? std::optional(url) : std::nullopt;
}

Secret to_url(const DatabaseUrl& url) {
  std::string text =
      fmt::format("postgresql://{}:{}@", url_encoded(url.user), url_encoded(url.password.reveal()));
  const auto hosts = hosts_of(url);
  const auto ports = split(url.port, ',');
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const std::string& host = hosts[i];
    if (i > 0) text += ',';
    // A slash begins a socket's folder, a colon stands only in an IPv6 address.
    const bool bracketed = host.find(':') != std::string::npos && !host.starts_with('/');
    text += bracketed ? fmt::format("[{}]", host) : url_encoded(host);
    const std::string port = ports.empty() ? "" : ports[ports.size() == 1 ? 0 : i];
    if (!port.empty()) text += ":" + url_encoded(port);
  }
  text += "/" + url_encoded(url.database);
  char separator = '?';
  for (const auto& [name, value] : url.parameters) {
    text += fmt::format("{}{}={}", separator, url_encoded(name), url_encoded(value));
    separator = '&';
  }
  return Secret(text);
}

ClientEnvironment client_environment(const DatabaseUrl& url) {
  ClientEnvironment environment{{"PATH", environment_variable("PATH").value_or("/usr/bin:/bin")},
                                {"LC_ALL", "C.UTF-8"},
                                {"PGHOST", url.host},
                                {"PGPORT", url.port.empty() ? "5432" : url.port},
                                {"PGUSER", url.user},
                                {"PGDATABASE", url.database_name()},
                                {"PGCONNECT_TIMEOUT", "10"},
                                {"PGCLIENTENCODING", "UTF8"}};
  if (!url.password.empty()) environment.emplace_back("PGPASSWORD", url.password.reveal());
  for (const auto& [name, value] : url.parameters) {
    if (name == "sslmode" || name == "sslrootcert") environment.emplace_back("PG" + to_upper(name), value);
  }
  return environment;
}

std::string url_encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == '~';
    result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace windlass::generator
