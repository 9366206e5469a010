#include "hook/database/dump_source.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

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

std::string exclusive_lock_holders(Session& session) {
  std::vector<std::string> holders;
  // ACCESS EXCLUSIVE is the one mode that conflicts with pg_dump's ACCESS SHARE.
  for (const auto& row : session.query("looking for locked tables",
                                       "SELECT a.pid, coalesce(a.usename, ''), coalesce(a.application_name, "
                                       "''), string_agg(l.relation::regclass::text, "
                                       "', ' ORDER BY l.relation) FROM pg_locks l JOIN pg_stat_activity a "
                                       "USING (pid) JOIN pg_class c ON c.oid = "
                                       "l.relation AND c.relkind IN ('r', 'p', 'm', 'f', 'S') WHERE l.mode = "
                                       "'AccessExclusiveLock' AND l.granted AND "
                                       "l.database = (SELECT oid FROM pg_database WHERE datname = "
                                       "current_database()) GROUP BY 1, 2, 3 ORDER BY 1")) {
    holders.push_back(fmt::format("process {} (role {}, {}) with {}", row[0].value_or(""),
                                  row[1].value_or(""), row[2].value_or(""), row[3].value_or("")));
  }
  return join(holders, "; ");
}

std::string wal_position(Session& session) {
  return value_if_permitted(session, "asking for the log's position",
                            "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() "
                            "ELSE pg_current_wal_lsn() END");
}

}  // namespace windlass::hook
