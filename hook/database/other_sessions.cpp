#include "hook/database/other_sessions.hpp"

#include <fmt/format.h>

#include <string_view>

#include "core/base/text.hpp"
#include "core/sql/masked.hpp"

namespace windlass::hook {
namespace {

// Ages in whole seconds; what a role may not see is NULL, its query "<insufficient privilege>".
constexpr std::string_view kColumns =
    "a.pid, a.usename, a.application_name, pg_catalog.host(a.client_addr), a.state, a.backend_type, "
    "pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.xact_start))::bigint, "
    "pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.query_start))::bigint, "
    "pg_catalog.left(a.query, 500), a.xact_start";
constexpr std::size_t kColumnCount = 10;

constexpr std::string_view kPreparedColumns =
    "0, p.owner, p.gid, NULL, 'prepared transaction', NULL, "
    "pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - p.prepared))::bigint, NULL, '', "
    "p.prepared";

std::optional<std::int64_t> number_of(const Value& value) {
  if (!value) return std::nullopt;
  return std::stoll(*value);
}

OtherSession::Kind kind_of(const Row& row) {
  using Kind = OtherSession::Kind;
  const std::string query = row[8].value_or("");
  if (row[4] == "prepared transaction" && row[0] == "0") return Kind::kPrepared;
  if (query.starts_with("autovacuum:") && query.find("to prevent wraparound") != std::string::npos)
    return Kind::kWraparound;
  if (row[5] == "autovacuum worker") return Kind::kAutovacuum;
  return query == "<insufficient privilege>" ? Kind::kHidden : Kind::kClient;
}

OtherSession session_of(const Row& row) {
  constexpr std::size_t kShown = 80;
  OtherSession session;
  session.kind = kind_of(row);
  session.backend = std::stoi(row[0].value_or("0"));
  session.role = row[1].value_or("");
  session.application = row[2].value_or("");
  session.address = row[3].value_or("");
  session.state = row[4].value_or("");
  session.transaction_seconds = number_of(row[6]);
  session.query_seconds = number_of(row[7]);
  session.started = row[9].value_or("");
  const bool worker =
      session.kind == OtherSession::Kind::kAutovacuum || session.kind == OtherSession::Kind::kWraparound;
  if (worker) session.query = row[8].value_or("");
  if (session.kind == OtherSession::Kind::kClient) session.query = sql::masked(row[8].value_or(""), kShown);
  return session;
}

std::vector<OtherSession> sessions_of(const Rows& rows) {
  std::vector<OtherSession> sessions;
  for (const auto& row : rows) {
    sessions.push_back(session_of(row));
    if (row.size() < kColumnCount + 2) continue;
    sessions.back().mode = row[kColumnCount].value_or("");
    sessions.back().object = row[kColumnCount + 1].value_or("");
  }
  return sessions;
}

std::string doubled_quotes(const std::string& text) {
  std::string doubled;
  for (const char c : text) doubled += c == '\'' ? std::string("''") : std::string(1, c);
  return doubled;
}

std::string seconds_text(std::int64_t seconds) { return format_duration(std::chrono::seconds(seconds)); }

std::string what_it_is(const OtherSession& session) {
  using Kind = OtherSession::Kind;
  switch (session.kind) {
    case Kind::kAutovacuum:
      return fmt::format("process {} (autovacuum, it gives way by itself", session.backend);
    case Kind::kWraparound:
      return fmt::format("process {} (autovacuum against wraparound, it does not give way", session.backend);
    case Kind::kPrepared:
      return fmt::format("prepared transaction '{}' (role {}", session.application, session.role);
    case Kind::kHidden:
    case Kind::kClient: break;
  }
  std::string text =
      fmt::format("process {} (role {}", session.backend, session.role.empty() ? "?" : session.role);
  if (!session.application.empty()) text += ", " + session.application;
  if (!session.address.empty()) text += ", from " + session.address;
  text += ", " + (session.state.empty() ? "its state hidden from this role" : session.state);
  return text;
}

// What keeps our process waiting, and how each of the others holds it. A mode that is not granted stands in
// the queue before us.
constexpr std::string_view kBlockers = R"(
WITH blocking AS MATERIALIZED (
  SELECT DISTINCT pg_catalog.unnest(pg_catalog.pg_blocking_pids($1::int)) AS pid
), locks AS MATERIALIZED (
  SELECT * FROM pg_catalog.pg_locks
), waited AS MATERIALIZED (
  SELECT l.*, CASE l.locktype
      WHEN 'relation' THEN COALESCE((SELECT CASE c.relkind WHEN 'i' THEN 'index ' WHEN 'v' THEN 'view '
        WHEN 'S' THEN 'sequence ' ELSE 'table ' END || pg_catalog.quote_ident(n.nspname) || '.' ||
        pg_catalog.quote_ident(c.relname) FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = l.relation), 'a table')
      WHEN 'transactionid' THEN 'a row that it changed'
      WHEN 'tuple' THEN 'a row'
      WHEN 'virtualxid' THEN 'the snapshot of its transaction'
      ELSE l.locktype END AS object
  FROM locks l WHERE l.pid = $1::int AND NOT l.granted LIMIT 1
), same AS MATERIALIZED (
  SELECT h.pid, h.virtualtransaction, h.granted, h.mode FROM locks h JOIN waited w ON h.locktype = w.locktype
    AND h.database IS NOT DISTINCT FROM w.database AND h.relation IS NOT DISTINCT FROM w.relation
    AND h.page IS NOT DISTINCT FROM w.page AND h.tuple IS NOT DISTINCT FROM w.tuple
    AND h.virtualxid IS NOT DISTINCT FROM w.virtualxid AND h.transactionid IS NOT DISTINCT FROM w.transactionid
    AND h.classid IS NOT DISTINCT FROM w.classid AND h.objid IS NOT DISTINCT FROM w.objid
    AND h.objsubid IS NOT DISTINCT FROM w.objsubid
)
)";

}  // namespace

std::string OtherSession::to_text() const {
  std::string text = what_it_is(*this);
  if (transaction_seconds) text += ", transaction open for " + seconds_text(*transaction_seconds);
  if (query_seconds && state != "active" && kind == Kind::kClient)
    text += ", last query " + seconds_text(*query_seconds) + " ago";
  text += ")";
  if (!mode.empty()) text += " holds " + mode;
  if (!mode.empty() && !object.empty()) text += " on " + object;
  return query.empty() ? text : text + ": " + query;
}

std::string OtherSession::remedy() const {
  switch (kind) {
    case Kind::kPrepared: return "ROLLBACK PREPARED '" + doubled_quotes(application) + "'";
    case Kind::kAutovacuum:
    case Kind::kWraparound: return "";
    case Kind::kHidden:
    case Kind::kClient: break;
  }
  return fmt::format("SELECT pg_{}_backend({})", state == "active" ? "cancel" : "terminate", backend);
}

std::vector<OtherSession> blockers_of(Session& session, int backend) {
  const std::string sql = fmt::format(
      "{}SELECT {}, (SELECT pg_catalog.string_agg(DISTINCT s.mode || CASE WHEN s.granted THEN '' ELSE "
      "' (waiting before us)' END, ', ') FROM same s WHERE s.pid = b.pid), (SELECT object FROM waited) "
      "FROM blocking b JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid UNION ALL "
      "SELECT {}, s.mode, (SELECT object FROM waited) FROM same s JOIN locks x ON x.pid IS NULL AND "
      "x.virtualtransaction = s.virtualtransaction AND x.locktype = 'transactionid' "
      "JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = x.transactionid WHERE s.pid IS NULL AND EXISTS "
      "(SELECT 1 FROM blocking WHERE pid = 0) ORDER BY 10",
      kBlockers, kColumns, kPreparedColumns);
  return sessions_of(session.query("asking who blocks us", sql, {std::to_string(backend)}));
}

std::optional<bool> any_still_open(Session& session, const std::vector<OtherSession>& seen) {
  std::vector<std::string> open;
  for (const auto& one : seen) {
    if (one.kind == OtherSession::Kind::kPrepared) {
      open.push_back("EXISTS (SELECT 1 FROM pg_catalog.pg_prepared_xacts WHERE gid = " +
                     session.quote(one.application) + ")");
    } else if (one.kind == OtherSession::Kind::kClient && !one.started.empty()) {
      open.push_back(
          fmt::format("EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = {} AND "
                      "xact_start = {}::timestamptz)",
                      one.backend, session.quote(one.started)));
    }
  }
  if (open.size() != seen.size() || open.empty()) return std::nullopt;
  return session.query_value("asking whether a blocker has gone", "SELECT " + join(open, " OR ")) == "t";
}

std::vector<OtherSession> long_transactions(Session& session, Milliseconds age) {
  const std::string sql = fmt::format(
      "SELECT {} FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_catalog.current_database() AND "
      "a.pid <> pg_catalog.pg_backend_pid() AND a.xact_start < pg_catalog.clock_timestamp() - "
      "$1::bigint * interval '1 ms' ORDER BY a.xact_start",
      kColumns);
  return sessions_of(session.query("looking for long transactions", sql, {std::to_string(age.count())}));
}

std::vector<OtherSession> snapshot_holders(Session& session, int backend, Milliseconds age) {
  const std::string sql = fmt::format(
      "SELECT {} FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_catalog.current_database() AND "
      "a.pid NOT IN (pg_catalog.pg_backend_pid(), $1::int) AND "
      "(a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL) AND a.backend_type = 'client backend' AND "
      "a.xact_start < pg_catalog.clock_timestamp() - $2::bigint * interval '1 ms' UNION ALL "
      "SELECT {} FROM pg_catalog.pg_prepared_xacts p WHERE p.database = pg_catalog.current_database() "
      "ORDER BY 10",
      kColumns, kPreparedColumns);
  return sessions_of(session.query("looking for old snapshots", sql,
                                   {std::to_string(backend), std::to_string(age.count())}));
}

}  // namespace windlass::hook
