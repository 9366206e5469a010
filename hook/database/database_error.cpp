#include "hook/database/database_error.hpp"

#include <fmt/format.h>

namespace windlass::hook {
namespace {

struct Meaning {
  ExitCode code;
  std::string_view hint;
};

Meaning meaning_of(std::string_view sqlstate) {
  if (sqlstate == "42501")
    return {ExitCode::kNotPermitted, "Grant the role what is missing, or run as the owner."};
  if (sqlstate.starts_with("28")) return {ExitCode::kNotPermitted, "Check the role and its password."};
  if (sqlstate == "25006") {
    return {ExitCode::kTransient,
            "The server is read-only: it is a standby, or default_transaction_read_only is on."};
  }
  if (sqlstate == "53100") return {ExitCode::kTransient, "Free disk space on the database server."};
  if (is_transient(sqlstate)) return {ExitCode::kTransient, "Run it again; it goes on where it stopped."};
  if (sqlstate == "3D000" || sqlstate == "3F000")
    return {ExitCode::kConfiguration, "Check the names in the settings."};
  return {ExitCode::kInternal, ""};
}

}  // namespace

DatabaseError database_error(std::string_view doing, const ServerMessage& server) {
  const Meaning meaning = meaning_of(server.sqlstate);
  std::string message = fmt::format("{}: {} (SQLSTATE {})", doing, server.message, server.sqlstate);
  if (!server.detail.empty()) message += "; " + server.detail;
  return {meaning.code, message, std::string(meaning.hint), server.sqlstate};
}

DatabaseError lost_connection(std::string_view doing) {
  return {ExitCode::kTransient, fmt::format("{}: the connection to the database was lost", doing),
          "Run it again; it goes on where it stopped.", ""};
}

bool is_transient(std::string_view sqlstate) {
  return is_lock_failure(sqlstate) || sqlstate.starts_with("08") || sqlstate.starts_with("53") ||
         sqlstate == "40001" || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03" ||
         sqlstate == "57014";
}

bool is_lock_failure(std::string_view sqlstate) { return sqlstate == "55P03" || sqlstate == "40P01"; }

}  // namespace windlass::hook
