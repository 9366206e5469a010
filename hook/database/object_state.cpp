#include "hook/database/object_state.hpp"

#include <fmt/format.h>

#include <array>

#include "hook/database/indexes.hpp"

namespace windlass::hook {
namespace {

using Presence = ObjectState::Presence;
using sql::Effect;

struct Name {
  Presence presence;
  std::string_view text;
};
constexpr std::array kNames{
    Name{Presence::kUnknown, "unknown"},     Name{Presence::kAbsent, "absent"},
    Name{Presence::kThere, "there"},         Name{Presence::kUnfinished, "unfinished"},
    Name{Presence::kCommitted, "committed"}, Name{Presence::kRolledBack, "rolled-back"}};

// A name as written, as the catalogue keeps it.
constexpr std::string_view kCatalogName = "(pg_catalog.parse_ident($1))[1]::pg_catalog.name";

// Presence and id, no row when the object is absent; $1 is its name as written.
std::string question(Effect effect, int server_major) {
  switch (effect) {
    case Effect::kCreateIndex:
    case Effect::kDropIndex:
      return "SELECT CASE WHEN c.relkind = 'I' OR (i.indisvalid AND i.indisready) THEN 'there' ELSE "
             "'unfinished' END, c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index i ON "
             "i.indexrelid = c.oid WHERE c.oid = pg_catalog.to_regclass($1)";
    case Effect::kDetachPartition:
      return fmt::format(
          "SELECT CASE WHEN {} THEN 'unfinished' ELSE 'there' END, inhparent FROM "
          "pg_catalog.pg_inherits WHERE inhrelid = pg_catalog.to_regclass($1)",
          server_major >= 14 ? "inhdetachpending" : "false");
    case Effect::kCreateDatabase:
    case Effect::kDropDatabase:
      return fmt::format(
          "SELECT CASE WHEN datconnlimit = -2 THEN 'unfinished' ELSE 'there' END, oid FROM "
          "pg_catalog.pg_database WHERE datname = {}",
          kCatalogName);
    case Effect::kCreateTablespace:
    case Effect::kDropTablespace:
      return fmt::format("SELECT 'there', oid FROM pg_catalog.pg_tablespace WHERE spcname = {}",
                         kCatalogName);
    case Effect::kCreateSubscription:
    case Effect::kDropSubscription:
    case Effect::kChangePublications:
      return fmt::format(
          "SELECT 'there', {} FROM pg_catalog.pg_subscription WHERE subname = {} AND subdbid = "
          "(SELECT oid FROM pg_catalog.pg_database WHERE datname = "
          "pg_catalog.current_database())",
          effect == Effect::kChangePublications ? "pg_catalog.array_to_string(subpublications, ', ')"
                                                : "oid::text",
          kCatalogName);
    default: return {};
  }
}

// `gid` is the literal as written. The catalogue has the low half of the transaction's number; its high half
// is that of the newest number, or the one before.
std::string prepared_question(const std::string& gid) {
  return fmt::format(
      "SELECT (x.newest >> 32) - (CASE WHEN p.low > (x.newest & 4294967295) THEN 1 ELSE 0 END) << 32 | p.low "
      "FROM (SELECT pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot()) AS newest) x, "
      "(SELECT transaction::text::bigint AS low FROM pg_catalog.pg_prepared_xacts WHERE gid = {} AND "
      "database = pg_catalog.current_database()) p",
      gid);
}

ObjectState prepared_state(Session& session, const std::string& gid, const ObjectState& before) {
  constexpr std::string_view kDoing = "looking for a prepared transaction";
  if (gid.empty()) return {};
  if (const auto number = session.query_value(kDoing, prepared_question(gid)))
    return {Presence::kThere, *number};
  if (before.id.empty()) return {Presence::kAbsent, ""};
  const auto status = session.query_value(kDoing, "SELECT pg_catalog.txid_status($1::bigint)", {before.id});
  if (status == "committed") return {Presence::kCommitted, before.id};
  if (status == "aborted") return {Presence::kRolledBack, before.id};
  return {Presence::kAbsent, ""};
}

bool is_nameless_index(const sql::StatementClass& statement) {
  return statement.effect == Effect::kCreateIndex && statement.object.empty() && !statement.relations.empty();
}

ObjectState nameless_state(Session& session, const std::string& table, const ObjectState& before) {
  if (before.presence != Presence::kAbsent) return {};
  const auto index = new_index(session, table, before.id);
  if (!index) return {Presence::kAbsent, ""};
  return {index->valid ? Presence::kThere : Presence::kUnfinished, index->oid};
}

}  // namespace

std::string to_text(const ObjectState& state) {
  for (const auto& name : kNames) {
    if (name.presence != state.presence) continue;
    return std::string(name.text) + (state.id.empty() ? "" : " " + state.id);
  }
  return "unknown";
}

ObjectState parse_object_state(std::string_view text) {
  const auto blank = text.find(' ');
  for (const auto& name : kNames) {
    if (name.text != text.substr(0, blank)) continue;
    return {name.presence, blank == std::string_view::npos ? "" : std::string(text.substr(blank + 1))};
  }
  return {};
}

ObjectState state_before(Session& session, const sql::StatementClass& statement) {
  if (is_nameless_index(statement))
    return {Presence::kAbsent, indexes_of(session, statement.relations.front())};
  return state_after(session, statement, {});
}

ObjectState state_after(Session& session, const sql::StatementClass& statement, const ObjectState& before) {
  if (statement.effect == Effect::kCommitPrepared || statement.effect == Effect::kRollbackPrepared)
    return prepared_state(session, statement.object, before);
  if (is_nameless_index(statement)) return nameless_state(session, statement.relations.front(), before);
  const std::string sql = question(statement.effect, session.server_major());
  if (sql.empty() || statement.object.empty()) return {};
  const Rows rows = session.query("asking what a statement left", sql, {statement.object});
  if (rows.empty()) return {Presence::kAbsent, ""};
  ObjectState state = parse_object_state(rows[0][0].value_or(""));
  state.id = rows[0][1].value_or("");
  return state;
}

}  // namespace windlass::hook
