#include "generator/rehearse/rehearsal_server.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/process.hpp"

namespace windlass::generator {
namespace {

bool is_about_tls(const std::string& parameter) {
  return parameter.starts_with("ssl") || parameter.starts_with("gss") || parameter == "channel_binding";
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
    found.password = wanted.password;
    found.database = wanted.database_name();
    found.parameters = wanted.parameters;
    std::erase_if(found.parameters, [](const auto& parameter) { return is_about_tls(parameter.first); });
    own_->create_role(found.user, found.password);
  }
  const auto name = found.database_name();
  if (std::find(databases_.begin(), databases_.end(), name) == databases_.end()) {
    if (own_ != nullptr) own_->create_database(name, found.user);
    databases_.push_back(name);
  }
  return found;
}

std::string RehearsalServer::redirect_text(const std::string& text) {
  const auto wanted = parse_database_url(text);
  return wanted ? to_url(redirect(*wanted)).reveal() : text;
}

std::optional<DatabaseUrl> RehearsalServer::redirect_environment(Environment& environment) {
  for (auto& [name, value] : environment) value = redirect_text(value);
  auto found = redirect_parts(environment, "WINDLASS_DATABASE_", "NAME");
  if (const auto of_libpq = redirect_parts(environment, "PG", "DATABASE"); !found) found = of_libpq;
  if (own_ != nullptr) {
    std::erase_if(environment, [](const auto& variable) {
      return variable.first.starts_with("PGSSL") || variable.first.starts_with("PGGSS") ||
             variable.first == "PGCHANNELBINDING";
    });
  }
  const auto* url = find_variable(environment, "WINDLASS_DATABASE_URL");
  return url != nullptr ? parse_database_url(*url) : found;
}

// WINDLASS_DATABASE_HOST, _PORT, _USER, _PASSWORD and _NAME, or PGHOST, PGPORT, PGUSER, PGPASSWORD and
// PGDATABASE.
std::optional<DatabaseUrl> RehearsalServer::redirect_parts(Environment& environment,
                                                           const std::string& prefix,
                                                           const std::string& database_key) {
  if (find_variable(environment, prefix + "HOST") == nullptr) return std::nullopt;
  const DatabaseUrl found = redirect({.user = value_or_empty(environment, prefix + "USER"),
                                      .password = Secret(value_or_empty(environment, prefix + "PASSWORD")),
                                      .host = value_or_empty(environment, prefix + "HOST"),
                                      .port = value_or_empty(environment, prefix + "PORT"),
                                      .database = value_or_empty(environment, prefix + database_key),
                                      .parameters = {}});
  set_variable(environment, prefix + "HOST", found.host);
  set_variable(environment, prefix + "PORT", found.port.empty() ? "5432" : found.port);
  set_variable(environment, prefix + "USER", found.user);
  set_variable(environment, prefix + "PASSWORD", found.password.reveal());
  set_variable(environment, prefix + database_key, found.database_name());
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
