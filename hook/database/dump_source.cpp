#include "hook/database/dump_source.hpp"

#include <fmt/format.h>

namespace windlass::hook {
namespace {

constexpr std::string_view kInsufficientPrivilege = "42501";

// The one value of a query, empty when the role may not run it: managed services hide some of these.
std::string value_if_permitted(Session& session, std::string_view doing, const std::string& sql) {
  try {
    return session.query_value(doing, sql).value_or("");
  } catch (const DatabaseError& error) {
    if (error.sqlstate() != kInsufficientPrivilege) throw;
    return "";
  }
}

}  // namespace

DumpSource read_dump_source(Session& session) {
  DumpSource source;
  source.database = session.database();
  source.server = session.address();
  source.server_version =
      session.query_value("asking for the server's version", "SHOW server_version").value_or("");
  const auto oid = session.query_value("asking for the database's oid",
                                       "SELECT oid FROM pg_database WHERE datname = current_database()");
  const auto cluster = value_if_permitted(session, "asking for the server's identity",
                                          "SELECT system_identifier FROM pg_control_system()");
  source.identity =
      fmt::format("{}/{}", cluster.empty() ? source.server : cluster, oid.value_or(source.database));
  return source;
}

std::string wal_position(Session& session) {
  return value_if_permitted(session, "asking for the log's position",
                            "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() "
                            "ELSE pg_current_wal_lsn() END");
}

}  // namespace windlass::hook
