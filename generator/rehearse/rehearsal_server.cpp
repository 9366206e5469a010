#include "generator/rehearse/rehearsal_server.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"

namespace windlass::generator {
namespace {

constexpr const char* kSettingPrefix = "WINDLASS_DATABASE_";
constexpr const char* kUrlVariable = "WINDLASS_DATABASE_URL";
constexpr const char* kDirectUrlVariable = "WINDLASS_DIRECT_DATABASE_URL";

// Our own server speaks no TLS, and nothing may lead past it to another one.
bool leads_elsewhere(const std::string& parameter) {
  return parameter.starts_with("ssl") || parameter.starts_with("gss") || parameter.starts_with("service") ||
         parameter == "channel_binding" || parameter == "passfile";
}

DatabaseUrl parse_named(const Secret& url) {
  const auto parsed = parse_database_url(url.reveal());
  if (parsed) return *parsed;
  throw Error(ExitCode::kUsage, "--database-url is no postgresql:// URL",
              "Give it as postgresql://user@host:5432/database.");
}

std::string value_or_empty(const Environment& environment, const std::string& name) {
  const auto* value = find_variable(environment, name);
  return value == nullptr ? std::string() : *value;
}

// prefix + HOST, PORT, USER, PASSWORD and `database_key`.
std::optional<DatabaseUrl> wanted_by_parts(const Environment& environment, const std::string& prefix,
                                           const std::string& database_key) {
  if (find_variable(environment, prefix + "HOST") == nullptr) return std::nullopt;
  return DatabaseUrl{.user = value_or_empty(environment, prefix + "USER"),
                     .password = Secret(value_or_empty(environment, prefix + "PASSWORD")),
                     .host = value_or_empty(environment, prefix + "HOST"),
                     .port = value_or_empty(environment, prefix + "PORT"),
                     .database = value_or_empty(environment, prefix + database_key),
                     .parameters = {}};
}

// Where windlass-hook would connect to: the direct URL first, a URL before parts, and ours before those of
// libpq.
std::optional<DatabaseUrl> wanted_database(const Environment& environment) {
  const auto direct = value_or_empty(environment, kDirectUrlVariable);
  const auto given = direct.empty() ? value_or_empty(environment, kUrlVariable) : direct;
  if (given.empty()) {
    const auto ours = wanted_by_parts(environment, kSettingPrefix, "NAME");
    return ours ? ours : wanted_by_parts(environment, "PG", "DATABASE");
  }
  if (const auto wanted = parse_connection(given)) return wanted;
  throw Error(ExitCode::kConfiguration, fmt::format("{} is neither a postgresql:// URL nor a keyword string",
                                                    direct.empty() ? kUrlVariable : kDirectUrlVariable));
}

}  // namespace

RehearsalServer::RehearsalServer(ThrowawayServer& server)
    : own_(&server),
      administrator_(*parse_database_url(server.url("postgres").reveal())),
      programs_(server.programs()) {}

RehearsalServer::RehearsalServer(const Secret& url) : administrator_(parse_named(url)) {}

DatabaseUrl RehearsalServer::redirect(const DatabaseUrl& wanted) {
  DatabaseUrl found = administrator_;
  if (own_ != nullptr) {
    found.user = wanted.user;
    // Whoever logs in by an identity has none; here the role needs one, and has the administrator's.
    if (!wanted.password.empty()) found.password = wanted.password;
    found.database = wanted.database_name();
    found.parameters = wanted.parameters;
    std::erase_if(found.parameters, [](const auto& parameter) { return leads_elsewhere(parameter.first); });
    make_role(found.user, found.password);
  }
  const auto name = found.database_name();
  if (std::find(databases_.begin(), databases_.end(), name) == databases_.end()) {
    if (own_ != nullptr) own_->create_database(name, found.user);
    databases_.push_back(name);
  }
  return found;
}

void RehearsalServer::make_role(const std::string& role, const Secret& password) {
  const auto made = roles_.find(role);
  if (made != roles_.end() && made->second.reveal() == password.reveal()) return;
  own_->create_role(role, password);
  roles_.insert_or_assign(role, password);
}

std::string RehearsalServer::redirect_text(const std::string& text) {
  const auto wanted = parse_database_url(text);
  return wanted ? to_url(redirect(*wanted)).reveal() : text;
}

std::optional<DatabaseUrl> RehearsalServer::redirect_environment(Environment& environment) {
  for (auto& [name, value] : environment) value = redirect_text(value);
  const auto wanted = wanted_database(environment);
  if (!wanted) return std::nullopt;
  const DatabaseUrl found = redirect(*wanted);
  std::erase_if(environment, [&](const auto& variable) {
    return variable.first.starts_with(kSettingPrefix) || variable.first.starts_with(kDirectUrlVariable) ||
           variable.first.starts_with("PG");
  });
  set_variable(environment, kUrlVariable, to_url(found).reveal());
  return found;
}

std::string RehearsalServer::version() const {
  const auto rows =
      query(administrator_.database_name(), "SELECT split_part(current_setting('server_version'), ' ', 1)");
  return rows.at(0).at(0);
}

void RehearsalServer::create_database(const std::string& name, const std::string& owner) const {
  query(administrator_.database_name(),
        fmt::format("CREATE DATABASE {} OWNER {}", quoted_identifier(name), quoted_identifier(owner)));
}

void RehearsalServer::copy_database(const std::string& from, const std::string& to,
                                    const std::string& owner) const {
  query(administrator_.database_name(),
        fmt::format("CREATE DATABASE {} TEMPLATE {} OWNER {}", quoted_identifier(to), quoted_identifier(from),
                    quoted_identifier(owner)));
}

void RehearsalServer::drop_database(const std::string& name) const {
  query(administrator_.database_name(),
        fmt::format("DROP DATABASE IF EXISTS {} (FORCE)", quoted_identifier(name)));
}

bool RehearsalServer::may_create_databases() const {
  const auto rows = query(administrator_.database_name(),
                          "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user");
  return rows.at(0).at(0) == "t";
}

std::string RehearsalServer::dump_schema(const std::string& database,
                                         const std::vector<std::string>& without_tables) const {
  constexpr Milliseconds kLimit{120'000};
  DatabaseUrl url = administrator_;
  url.database = database;
  std::vector<std::string> arguments{find_client_program(programs_, "pg_dump").string(), "--schema-only"};
  for (const auto& pattern : without_tables) arguments.push_back("--exclude-table=" + pattern);
  const auto result = run_process(
      {.arguments = arguments, .environment = client_environment(url), .inherit_environment = false},
      {.limit = kLimit});
  if (!result.succeeded()) {
    throw Error(ExitCode::kInternal, fmt::format("pg_dump ended with {}", result.exit_code))
        .with_details(result.error);
  }
  return result.out;
}

Rows RehearsalServer::query(const std::string& database, std::string_view sql) const {
  DatabaseUrl url = administrator_;
  url.database = database;
  return run_psql(find_client_program(programs_, "psql"), client_environment(url), sql);
}

}  // namespace windlass::generator
