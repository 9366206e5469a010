#include "generator/rehearse/database_url.hpp"

#include <fmt/format.h>

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

void read_address(std::string_view address, DatabaseUrl& url) {
  const auto colon = address.rfind(':');
  const bool has_port = colon != std::string_view::npos && address.find(']', colon) == std::string_view::npos;
  url.host = decoded(has_port ? address.substr(0, colon) : address);
  if (has_port) url.port = address.substr(colon + 1);
}

}  // namespace

std::optional<DatabaseUrl> parse_database_url(std::string_view text) {
  auto rest = trim(text);
  constexpr std::array<std::string_view, 2> kSchemes{"postgresql://", "postgres://"};
  const auto before = rest.size();
  for (const auto scheme : kSchemes) {
    if (rest.starts_with(scheme)) rest.remove_prefix(scheme.size());
  }
  if (rest.size() == before) return std::nullopt;
  DatabaseUrl url;
  auto location = take_until(rest, '?');
  auto authority = take_until(location, '/');
  url.database = decoded(location);
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    auto credentials = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    url.user = decoded(take_until(credentials, ':'));
    url.password = Secret(decoded(credentials));
  }
  read_address(authority, url);
  while (!rest.empty()) {
    auto parameter = take_until(rest, '&');
    const auto name = decoded(take_until(parameter, '='));
    url.parameters.emplace_back(name, decoded(parameter));
  }
  return url;
}

Secret to_url(const DatabaseUrl& url) {
  std::string text = fmt::format("postgresql://{}:{}@{}", url_encoded(url.user),
                                 url_encoded(url.password.reveal()), url.host);
  if (!url.port.empty()) text += ":" + url.port;
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
