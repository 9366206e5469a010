#include "hook/database/undo_scripts.hpp"

#include <fmt/format.h>

#include "hook/database/run_records.hpp"

namespace windlass::hook {

std::string store_undo_statement(const Session& session, const std::string& schema,
                                 const std::string& history_table, const UndoScript& undo) {
  const std::string in_transaction = undo.in_transaction ? (*undo.in_transaction ? "true" : "false") : "NULL";
  return fmt::format(
      "INSERT INTO {} (history_table, version, description, script, checksum, content, in_transaction) "
      "VALUES ({}, {}, {}, {}, {}, {}, {}) ON CONFLICT (history_table, version) DO UPDATE SET "
      "description = excluded.description, script = excluded.script, checksum = excluded.checksum, "
      "content = excluded.content, in_transaction = excluded.in_transaction, stored_at = excluded.stored_at",
      own_table(schema, kUndoTable), session.quote(history_table), session.quote(undo.version),
      session.quote(undo.description), session.quote(undo.script), undo.checksum, session.quote(undo.content),
      in_transaction);
}

std::optional<UndoScript> stored_undo(Session& session, const std::string& schema,
                                      const std::string& history_table, const std::string& version) {
  if (!own_tables_exist(session, schema)) return std::nullopt;
  const Rows rows =
      session.query("reading a stored undo script",
                    "SELECT version, description, script, checksum, content, in_transaction FROM " +
                        own_table(schema, kUndoTable) + " WHERE history_table = $1 AND version = $2",
                    {history_table, version});
  if (rows.empty()) return std::nullopt;
  const Row& row = rows[0];
  UndoScript undo{*row[0], *row[1], *row[2], std::stoi(*row[3]), *row[4], std::nullopt};
  if (row[5]) undo.in_transaction = row[5] == "t";
  return undo;
}

std::vector<StoredUndo> stored_undo_scripts(Session& session, const std::string& schema,
                                            const std::string& history_table) {
  std::vector<StoredUndo> scripts;
  if (!own_tables_exist(session, schema)) return scripts;
  const Rows rows = session.query("reading the stored undo scripts",
                                  "SELECT version, script, pg_catalog.date_trunc('second', stored_at) FROM " +
                                      own_table(schema, kUndoTable) +
                                      " WHERE history_table = $1 ORDER BY stored_at, version",
                                  {history_table});
  for (const auto& row : rows)
    scripts.push_back({row[0].value_or(""), row[1].value_or(""), row[2].value_or("")});
  return scripts;
}

}  // namespace windlass::hook
