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

DatabaseError lost_connection(std::string_view doing) {
  return {ExitCode::kTransient, fmt::format("{}: the connection to the database was lost", doing),
          "Run it again; it goes on where it stopped.", ""};
}

bool is_transient(std::string_view sqlstate) { return meaning_of_failure(sqlstate).passes; }

bool is_lock_failure(std::string_view sqlstate) { return sqlstate == "55P03" || sqlstate == "40P01"; }

}  // namespace windlass::hook
