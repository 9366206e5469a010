#include "hook/database/catalog.hpp"

#include "hook/database/run_records.hpp"

namespace windlass::hook {
namespace {

std::string array_of(const std::vector<std::string>& texts) {
  std::string array = "{";
  for (const auto& text : texts) {
    if (array.size() > 1) array += ',';
    array += '"';
    for (const char c : text) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  return array + "}";
}

}  // namespace

bool schema_exists(Session& session, const std::string& schema) {
  return session
      .query_value("looking for a schema", "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1",
                   {schema})
      .has_value();
}

void create_schema(Session& session, const std::string& schema) {
  session.execute("creating schema " + Session::quote_name(schema),
                  "CREATE SCHEMA " + Session::quote_name(schema));
}

bool schema_is_empty(Session& session, const std::string& schema) {
  return session.query_value("looking whether a schema is empty",
                             R"(SELECT NOT EXISTS (
  SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'v', 'S', 't') AND c.relname NOT LIKE 'windlass\_%'
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
) AND NOT EXISTS (
  SELECT 1 FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE n.nspname = $1 AND t.typcategory NOT IN ('A', 'C')
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
) AND NOT EXISTS (
  SELECT 1 FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = $1
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
))",
                             {schema}) == "t";
}

bool in_recovery(Session& session) {
  return session.query_value("asking whether the server is a standby",
                             "SELECT pg_catalog.pg_is_in_recovery()") == "t";
}

bool is_read_only(Session& session) {
  return session.query_value("asking whether the server takes writes",
                             "SELECT pg_catalog.current_setting('transaction_read_only')") == "on";
}

bool may_create_in_database(Session& session) {
  return session.query_value(
             "asking for the role's rights",
             "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')") == "t";
}

bool may_create_in_schema(Session& session, const std::string& schema) {
  return session.query_value("asking for the role's rights",
                             "SELECT pg_catalog.has_schema_privilege($1, 'CREATE')", {schema}) == "t";
}

std::vector<std::string> invalid_indexes(Session& session, const std::vector<std::string>& schemas) {
  return first_column(
      session.query("looking for invalid indexes",
                    "SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_index i "
                    "JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON "
                    "n.oid = c.relnamespace "
                    "WHERE n.nspname = ANY ($1::text[]) AND NOT (i.indisvalid AND i.indisready) "
                    // An index on a partitioned table is invalid until each partition has its own.
                    "AND c.relkind = 'i' ORDER BY 1",
                    {array_of(schemas)}));
}

std::vector<std::string> not_valid_constraints(Session& session, const std::vector<std::string>& schemas) {
  return first_column(session.query(
      "looking for constraints that are not validated",
      "SELECT n.nspname || '.' || c.relname || '.' || k.conname FROM pg_catalog.pg_constraint k "
      "JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
      "c.relnamespace "
      "WHERE n.nspname = ANY ($1::text[]) AND NOT k.convalidated ORDER BY 1",
      {array_of(schemas)}));
}

std::optional<long long> estimated_rows(Session& session, const std::string& name_as_written) {
  const auto rows = session.query_value("estimating a table's rows",
                                        "SELECT reltuples::bigint FROM pg_catalog.pg_class WHERE oid = "
                                        "pg_catalog.to_regclass($1) AND reltuples > 0",
                                        {name_as_written});
  if (!rows) return std::nullopt;
  return std::stoll(*rows);
}

}  // namespace windlass::hook
