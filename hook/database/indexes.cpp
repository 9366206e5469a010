#include "hook/database/indexes.hpp"

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/sql/index_statement.hpp"

namespace windlass::hook {
namespace {

// Whoever builds an index CONCURRENTLY holds SHARE UPDATE EXCLUSIVE on its table from the first to the last
// phase, as VACUUM does. The progress view would name the index, but hides other roles' rows from most roles.
constexpr std::string_view kColumns = R"(
  c.oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname),
  pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(t.relname),
  c.relkind = 'I' OR (i.indisvalid AND i.indisready),
  (SELECT 'process ' || l.pid || ' (role ' || a.usename || coalesce(', ' || nullif(a.application_name, ''), '') || ')'
   FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
   WHERE l.locktype = 'relation' AND l.relation = i.indrelid AND l.granted
     AND l.mode = 'ShareUpdateExclusiveLock' AND l.pid <> pg_catalog.pg_backend_pid()
     AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
     AND a.usename IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend' LIMIT 1)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
)";

IndexState state_of(const Row& row) {
  return {row[0].value_or(""), row[1].value_or(""), row[2].value_or(""), row[3] == "t", row[4].value_or("")};
}

// $1 is the scope's name as written.
std::string_view condition_of(ReindexScope::Kind kind) {
  switch (kind) {
    case ReindexScope::Kind::kIndex:
      return "i.indrelid IN (SELECT o.indrelid FROM pg_catalog.pg_index o WHERE o.indexrelid IN "
             "(SELECT relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) "
             "UNION SELECT pg_catalog.to_regclass($1)))";
    case ReindexScope::Kind::kTable:
      return "EXISTS (SELECT 1 FROM pg_catalog.pg_class o WHERE (o.oid = i.indrelid OR o.reltoastrelid = "
             "i.indrelid) AND o.oid IN (SELECT relid FROM "
             "pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)) UNION SELECT "
             "pg_catalog.to_regclass($1)))";
    case ReindexScope::Kind::kSchema:
      return "EXISTS (SELECT 1 FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace s ON s.oid = "
             "o.relnamespace WHERE (o.oid = i.indrelid OR o.reltoastrelid = i.indrelid) AND s.nspname = "
             "(pg_catalog.parse_ident($1))[1]::name)";
    case ReindexScope::Kind::kDatabase: return "$1::text IS NOT NULL";
  }
  return "false";
}

// What both statements say of the index, apart from its name and table.
std::string definition_of(std::string_view printed) {
  const auto index = sql::read_index_statement(printed);
  return index ? (index->unique ? "unique " : "") + index->rest : std::string(printed);
}

std::string last_part(const std::string& table) {
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i] == '"') quoted = !quoted;
    if (table[i] == '.' && !quoted) begin = i + 1;
  }
  return table.substr(begin);
}

// The definition of the index that `wanted` makes on an empty table of the same name and shape, so that
// expressions which name the table mean the same.
std::string definition_on_twin(Session& session, const sql::IndexStatement& wanted) {
  constexpr std::string_view kDoing = "building the index on an empty table, to compare it";
  const std::string twin = "pg_temp." + last_part(wanted.table);
  session.execute(kDoing, fmt::format("CREATE TEMPORARY TABLE {} (LIKE {}); "
                                      "CREATE {}INDEX windlass_twin ON {} {}",
                                      twin, wanted.table, wanted.unique ? "UNIQUE " : "", twin, wanted.rest));
  return session
      .query_value(kDoing, "SELECT pg_catalog.pg_get_indexdef('pg_temp.windlass_twin'::pg_catalog.regclass)")
      .value_or("");
}

}  // namespace

std::optional<IndexState> index_state(Session& session, const std::string& name_as_written) {
  const Rows rows = session.query("looking for an index",
                                  fmt::format("SELECT {} WHERE c.oid = pg_catalog.to_regclass($1)", kColumns),
                                  {name_as_written});
  if (rows.empty()) return std::nullopt;
  return state_of(rows[0]);
}

std::vector<IndexState> unfinished_indexes(Session& session, const std::string& schema) {
  std::vector<IndexState> indexes;
  const Rows rows = session.query("looking for invalid indexes",
                                  fmt::format("SELECT {} WHERE n.nspname = $1 AND c.relkind = 'i' AND NOT "
                                              "(i.indisvalid AND i.indisready) ORDER BY c.relname",
                                              kColumns),
                                  {schema});
  for (const auto& row : rows) indexes.push_back(state_of(row));
  return indexes;
}

std::string indexes_of(Session& session, const std::string& table) {
  return session
      .query_value(
          "looking for a table's indexes",
          "SELECT coalesce(pg_catalog.string_agg(indexrelid::text, ',' ORDER BY indexrelid), '') FROM "
          "pg_catalog.pg_index WHERE indrelid = pg_catalog.to_regclass($1)",
          {table})
      .value_or("");
}

std::optional<IndexState> new_index(Session& session, const std::string& table, const std::string& known) {
  const Rows rows = session.query(
      "looking for a new index",
      fmt::format("SELECT {} WHERE i.indrelid = pg_catalog.to_regclass($1) AND c.oid::text <> ALL "
                  "(pg_catalog.string_to_array($2, ',')) ORDER BY c.oid DESC LIMIT 1",
                  kColumns),
      {table, known});
  if (rows.empty()) return std::nullopt;
  return state_of(rows[0]);
}

std::vector<IndexState> reindex_leftovers(Session& session, const ReindexScope& scope) {
  const Rows rows = session.query("looking for what a REINDEX CONCURRENTLY left",
                                  fmt::format(R"(SELECT {}
CROSS JOIN LATERAL (SELECT pg_catalog.substring(c.relname, '_cc(?:new|old)[0-9]*$')) AS s(suffix)
CROSS JOIN LATERAL (SELECT pg_catalog.left(c.relname, -pg_catalog.length(s.suffix))) AS p(prefix)
WHERE c.relkind = 'i' AND NOT i.indisvalid AND s.suffix IS NOT NULL AND EXISTS (
  SELECT 1 FROM pg_catalog.pg_index o JOIN pg_catalog.pg_class oc ON oc.oid = o.indexrelid
  WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid AND (oc.relname = p.prefix OR (
    pg_catalog.octet_length(oc.relname) + pg_catalog.length(s.suffix) > 63
    AND pg_catalog.octet_length(p.prefix) > 59 - pg_catalog.length(s.suffix)
    AND pg_catalog.starts_with(oc.relname, p.prefix))))
AND {} ORDER BY 2)",
                                              kColumns, condition_of(scope.kind)),
                                  {scope.name});
  std::vector<IndexState> leftovers;
  for (const auto& row : rows) leftovers.push_back(state_of(row));
  return leftovers;
}

std::optional<bool> is_built_by(Session& session, const IndexState& index, std::string_view statement) {
  const auto wanted = sql::read_index_statement(statement);
  if (!wanted) return std::nullopt;
  constexpr std::string_view kDoing = "reading an index's definition";
  std::optional<bool> same;
  session.execute(kDoing, "BEGIN");
  try {
    const auto is =
        session.query_value(kDoing, "SELECT pg_catalog.pg_get_indexdef($1::pg_catalog.oid)", {index.oid});
    same = definition_of(is.value_or("")) == definition_of(definition_on_twin(session, *wanted));
  } catch (const DatabaseError& error) {
    if (session.lost()) throw;
    log::debug(fmt::format("index {} cannot be compared: {}", index.name, error.what()));
  }
  session.execute(kDoing, "ROLLBACK");
  return same;
}

bool has_expressions(Session& session, const IndexState& index) {
  return session.query_value("reading an index's definition",
                             "SELECT indexprs IS NOT NULL FROM pg_catalog.pg_index WHERE indexrelid = "
                             "$1::pg_catalog.oid",
                             {index.oid}) == "t";
}

}  // namespace windlass::hook
