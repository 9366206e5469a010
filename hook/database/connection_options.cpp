#include "hook/database/connection_options.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

struct Free {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using OptionList = std::unique_ptr<PQconninfoOption, Free>;

Error invalid_url() {
  // libpq's own message quotes pieces of the URL, which may be the password.
  return Error(ExitCode::kConfiguration, "the database URL is not valid",
               "Write postgresql://user:password@host:port/database, special characters percent-encoded, or "
               "\"host=... dbname=...\".");
}

void take_values(const OptionList& options, Keywords& keywords) {
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') keywords[option->keyword] = option->val;
  }
}

Keywords keywords_of(const ConnectionTarget& target) {
  Keywords keywords;
  if (!target.url.empty()) {
    char* message = nullptr;
    const OptionList parsed(PQconninfoParse(target.url.reveal().c_str(), &message));
    PQfreemem(message);
    if (!parsed) throw invalid_url();
    take_values(parsed, keywords);
  }
  const auto override_with = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) keywords[name] = value;
  };
  if (!target.host.empty()) keywords.erase("hostaddr");
  override_with("host", target.host);
  override_with("hostaddr", target.address);
  if (target.port) keywords["port"] = std::to_string(*target.port);
  override_with("dbname", target.database);
  override_with("user", target.user);
  override_with("password", target.password.reveal());
  // An unescaped ':' or '@' in a password makes libpq take a piece of it for the port or the host, and say
  // it.
  const auto has = [&](const char* name, const auto& is_bad) {
    const auto found = keywords.find(name);
    return found != keywords.end() && is_bad(found->second);
  };
  const auto no_port = [](const std::string& port) {
    return port.find_first_not_of("0123456789,") != std::string::npos;
  };
  const auto holds_at = [](const std::string& host) { return host.find('@') != std::string::npos; };
  if (has("port", no_port) || has("host", holds_at)) throw invalid_url();
  if (target.access == Access::kThisServer) keywords["target_session_attrs"] = "any";
  return keywords;
}

// What libpq takes the given words to mean, with service file, PG* variables and defaults behind them. An
// option that fails its check keeps it from connecting, which it would do by looking the host up.
Keywords effective(const Keywords& given) {
  constexpr const char* kChecked = "ssl_min_protocol_version";
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : given) {
    if (name == kChecked) continue;
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.insert(names.end(), {kChecked, nullptr});
  values.insert(values.end(), {"none", nullptr});
  const std::unique_ptr<PGconn, Free> connection(PQconnectStartParams(names.data(), values.data(), 0));
  Keywords keywords;
  if (connection) take_values(OptionList(PQconninfo(connection.get())), keywords);
  return keywords;
}

std::string value_of(const Keywords& keywords, const std::string& name) {
  const auto found = keywords.find(name);
  return found == keywords.end() ? "" : found->second;
}

std::vector<std::string> list_of(const Keywords& keywords, const std::string& name) {
  const std::string value = value_of(keywords, name);
  return value.empty() ? std::vector<std::string>() : split(value, ',');
}

Error unequal_lists(std::string_view what, std::size_t count, std::size_t hosts) {
  return Error(ExitCode::kConfiguration,
               fmt::format("the database URL names {} but {}", counted(hosts, "host"), counted(count, what)),
               "Give one port, or one for each host; likewise hostaddr.");
}

// By libpq's rules: as many addresses as hosts where both are given; one port, or one for each.
std::vector<Endpoint> endpoints_of(const Keywords& keywords) {
  const auto hosts = list_of(keywords, "host");
  const auto addresses = list_of(keywords, "hostaddr");
  const auto ports = list_of(keywords, "port");
  const std::size_t count = std::max({hosts.size(), addresses.size(), std::size_t{1}});
  if (!addresses.empty() && !hosts.empty() && addresses.size() != hosts.size())
    throw unequal_lists("numeric address", addresses.size(), hosts.size());
  if (ports.size() > 1 && ports.size() != count) throw unequal_lists("port", ports.size(), count);
  std::vector<Endpoint> endpoints(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i < hosts.size()) endpoints[i].host = trim(hosts[i]);
    if (i < addresses.size()) endpoints[i].address = trim(addresses[i]);
    if (!ports.empty()) endpoints[i].port = trim(ports[ports.size() == 1 ? 0 : i]);
  }
  return endpoints;
}

WantedServer wanted_of(const Keywords& given, const Keywords& known, Access access, std::size_t hosts) {
  const std::string named = value_of(known, "target_session_attrs");
  // "any" is libpq's default, too: it counts when somebody wrote it.
  const bool said = named != "any" || given.count("target_session_attrs") > 0 ||
                    std::getenv("PGTARGETSESSIONATTRS") != nullptr;
  if (named.empty() || !said) return wanted_by_default(access, hosts > 1);
  const auto wanted = wanted_server(named);
  if (wanted) return *wanted;
  throw Error(ExitCode::kConfiguration, fmt::format("target_session_attrs is {}", named),
              "Write read-write, read-only, primary, standby, prefer-standby or any.");
}

// libpq's connect_timeout: seconds, 0 or less is none, 1 is taken for 2.
std::optional<Milliseconds> attempt_limit_of(const Keywords& keywords) {
  const std::string text = value_of(keywords, "connect_timeout");
  int seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (seconds <= 0) return std::nullopt;
  return std::chrono::seconds(std::max(seconds, 2));
}

void add_our_defaults(const Keywords& known, const std::string& application, Keywords& keywords) {
  // A server whose node vanished is given up after 10 + 3 * 5 s of silence, not after the kernel's two hours.
  // No tcp_user_timeout: it ends a COPY as well whose server takes its time to read.
  for (const auto& [name, value] : {std::pair{"keepalives_idle", "10"}, std::pair{"keepalives_interval", "5"},
                                    std::pair{"keepalives_count", "3"}}) {
    if (known.find(name) == known.end()) keywords[name] = value;
  }
  keywords["fallback_application_name"] = application;
  keywords["client_encoding"] = "UTF8";
}

}  // namespace

bool Endpoint::is_name() const {
  if (!address.empty() || host.empty() || host.front() == '/' || host.front() == '@') return false;
  std::array<unsigned char, sizeof(in6_addr)> numeric{};
  const std::string without_zone = host.substr(0, host.find('%'));
  return inet_pton(AF_INET, host.c_str(), numeric.data()) != 1 &&
         inet_pton(AF_INET6, without_zone.c_str(), numeric.data()) != 1;
}

std::string Endpoint::to_text() const {
  const std::string& place = host.empty() ? address : host;
  if (place.empty()) return "the local server";
  if (place.front() == '/') return place;
  return fmt::format("{}:{}", place, port.empty() ? "5432" : port);
}

ConnectionOptions connection_options(const ConnectionTarget& target, const std::string& application) {
  ConnectionOptions options;
  options.keywords = keywords_of(target);
  const Keywords known = effective(options.keywords);
  options.endpoints = endpoints_of(known);
  options.wanted = wanted_of(options.keywords, known, target.access, options.endpoints.size());
  options.attempt_limit = attempt_limit_of(known);
  options.server_options = value_of(known, "options");
  add_our_defaults(known, application, options.keywords);
  for (const auto* name : {"host", "hostaddr", "port"}) options.keywords.erase(name);
  options.keywords["target_session_attrs"] = "any";  // we look at the session ourselves
  return options;
}

std::vector<std::pair<std::string, std::string>> libpq_environment(const ConnectionTarget& target) {
  std::vector<std::pair<std::string, std::string>> environment;
  const OptionList known(PQconndefaults());
  const Keywords keywords = keywords_of(target);
  for (const auto* option = known.get(); option != nullptr && option->keyword != nullptr; ++option) {
    const auto given = keywords.find(option->keyword);
    if (option->envvar != nullptr && given != keywords.end())
      environment.emplace_back(option->envvar, given->second);
  }
  return environment;
}

}  // namespace windlass::hook
