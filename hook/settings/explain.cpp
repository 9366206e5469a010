#include "hook/settings/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/text.hpp"
#include "hook/settings/bindings.hpp"

namespace windlass::hook {
namespace {

// Of one server or of several: digits and commas. Whoever forgets "@host" writes a password there.
bool is_port(std::string_view text) {
  return text.find_first_not_of("0123456789,") == std::string_view::npos;
}

std::string address(const std::string& host, const std::string& port, const std::string& database) {
  if (!is_port(port)) return "";
  std::string text = host;
  if (!port.empty()) text += ":" + port;
  if (!database.empty()) text += "/" + database;
  return text;
}

// Whether what stands behind the colons of "host:port,[::1]:port" are ports.
bool has_only_ports(std::string_view servers) {
  while (!servers.empty()) {
    const std::string_view server = servers.substr(0, servers.find(','));
    servers.remove_prefix(std::min(server.size() + 1, servers.size()));
    const auto bracket = server.rfind(']');
    const auto colon = server.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos && !is_port(server.substr(colon + 1))) return false;
  }
  return true;
}

// What stands behind the user and password of a URI, up to its parameters.
std::string uri_address(std::string_view uri) {
  uri.remove_prefix(uri.find("://") + 3);
  const auto at = uri.substr(0, uri.find('/')).find('@');
  if (at != std::string_view::npos) uri.remove_prefix(at + 1);
  uri = uri.substr(0, uri.find('?'));
  // A second @ is a password with an unescaped slash or @ in it: better show nothing than a piece of it.
  const bool odd = uri.find('@') != std::string_view::npos || !has_only_ports(uri.substr(0, uri.find('/')));
  return odd ? "" : std::string(uri);
}

// What libpq takes for a blank (isspace in the C locale); a line end separates keywords as a blank does.
constexpr std::string_view kBlanks = " \t\n\v\f\r";

std::string_view without_leading_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

// One value of a keyword string, quoted or not, with libpq's escapes; what was read is removed from `text`.
// Nothing when its quote has no end.
std::optional<std::string> take_value(std::string_view& text) {
  const bool quoted = text.starts_with('\'');
  if (quoted) text.remove_prefix(1);
  std::string value;
  while (!text.empty()) {
    const char c = text.front();
    if (quoted ? c == '\'' : kBlanks.find(c) != std::string_view::npos) break;
    if (c == '\\' && text.size() > 1) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  if (quoted && text.empty()) return std::nullopt;
  if (!text.empty()) text.remove_prefix(1);
  return value;
}

// Empty for what libpq would not read: a password may stand anywhere in it.
std::string keyword_address(std::string_view text) {
  std::map<std::string, std::string> values;
  while (!(text = without_leading_blanks(text)).empty()) {
    const auto name = text.substr(0, text.find_first_of("= \t\n\v\f\r"));
    text = without_leading_blanks(text.substr(name.size()));
    if (name.empty() || !text.starts_with('=')) return "";
    text = without_leading_blanks(text.substr(1));
    const auto value = take_value(text);
    if (!value) return "";
    values[std::string(name)] = *value;
  }
  const auto& host = values["host"].empty() ? values["hostaddr"] : values["host"];
  return address(host, values["port"], values["dbname"]);
}

std::string url_address(const Secret& secret) {
  const std::string& url = secret.reveal();
  const bool uri = url.starts_with("postgresql://") || url.starts_with("postgres://");
  return uri ? uri_address(url) : keyword_address(url);
}

// The address that a setting's URL leads to; empty for other settings and for a URL that shows none.
std::string address_in(const Settings& settings, std::string_view name) {
  if (name == "database-url") return url_address(settings.database_url);
  if (name == "direct-database-url") return url_address(settings.direct_database_url);
  return "";
}

}  // namespace

std::string database_address(const Settings& settings) {
  if (!settings.direct_database_url.empty()) return url_address(settings.direct_database_url);
  if (!settings.database_url.empty()) return url_address(settings.database_url);
  return address(settings.database_host,
                 settings.database_port ? std::to_string(*settings.database_port) : "",
                 settings.database_name);
}

std::string explain_settings(const Settings& settings) {
  struct Line {
    std::string name, value, origin;
  };
  std::vector<Line> lines;
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  constexpr std::size_t kWidest = 40;
  for (const auto& row : setting_table()) {
    std::string value = display_value(settings, row);
    const std::string shown = address_in(settings, row.name);
    if (!shown.empty()) value = shown + " (credentials not shown)";
    const auto origin = settings.origins.find(row.name);
    lines.push_back({std::string(row.name), value.empty() ? "-" : value,
                     origin == settings.origins.end() ? "default" : origin->second});
    name_width = std::max(name_width, lines.back().name.size());
    value_width = std::max(value_width, std::min(kWidest, lines.back().value.size()));
  }
  std::string text;
  for (const auto& line : lines) {
    text += fmt::format("{:<{}}  {:<{}}  {}\n", line.name, name_width, line.value, value_width, line.origin);
  }
  return text;
}

}  // namespace windlass::hook
