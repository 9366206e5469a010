#include "hook/database/database_error.hpp"

#include <fmt/format.h>

#include "hook/database/failure_meaning.hpp"

namespace windlass::hook {

DatabaseError database_error(std::string_view doing, const ServerMessage& server) {
  const FailureMeaning meaning = meaning_of_failure(server.sqlstate);
  std::string message = fmt::format("{}: {} (SQLSTATE {})", doing, server.message, server.sqlstate);
  if (!server.detail.empty()) message += "; " + server.detail;
  return {meaning.code, message, std::string(meaning.hint), server.sqlstate};
}

DatabaseError lost_connection(std::string_view doing, const ServerMessage& last) {
  const std::string message = fmt::format("{}: the connection to the database was lost", doing);
  if (last.sqlstate.empty())
    return {ExitCode::kTransient, message, "Run it again; it goes on where it stopped.", ""};
  const FailureMeaning meaning = meaning_of_failure(last.sqlstate);
  return {ExitCode::kTransient, fmt::format("{}: {} (SQLSTATE {})", message, last.message, last.sqlstate),
          std::string(meaning.hint), ""};
}

bool is_transient(std::string_view sqlstate) { return meaning_of_failure(sqlstate).passes; }

bool is_lock_failure(std::string_view sqlstate) { return sqlstate == "55P03" || sqlstate == "40P01"; }

bool gave_way_to_others(std::string_view sqlstate) {
  return is_lock_failure(sqlstate) || sqlstate == "40001";
}

}  // namespace windlass::hook
