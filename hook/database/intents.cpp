#include "hook/database/intents.hpp"

#include <fmt/format.h>

#include "hook/database/run_records.hpp"

namespace windlass::hook {
namespace {

std::string table_of(const IntentKey& key) { return own_table(key.schema, kIntentsTable); }

std::string script_condition(const Session& session, const IntentKey& key) {
  return fmt::format("history_table = {} AND script = {}", session.quote(key.history_table),
                     session.quote(key.script));
}

}  // namespace

std::vector<Intent> read_intents(Session& session, const IntentKey& key) {
  std::vector<Intent> intents;
  if (!own_tables_exist(session, key.schema)) return intents;
  const Rows rows =
      session.query("reading intents",
                    "SELECT statement, statement_sha256, state, run_id, started_at, found FROM " +
                        table_of(key) + " WHERE history_table = $1 AND script = $2 ORDER BY statement",
                    {key.history_table, key.script});
  for (const auto& row : rows) {
    intents.push_back(
        {std::stoul(*row[0]), *row[1], *row[2] == "done", *row[3], *row[4], row[5].value_or("")});
  }
  return intents;
}

std::vector<std::pair<std::string, Intent>> statements_in_flight(Session& session, const std::string& schema,
                                                                 const std::string& history_table) {
  std::vector<std::pair<std::string, Intent>> found;
  for (const auto& script : scripts_in_flight(session, schema, history_table)) {
    for (auto& intent : read_intents(session, {schema, history_table, script})) {
      if (!intent.done) found.emplace_back(script, std::move(intent));
    }
  }
  return found;
}

std::vector<std::string> scripts_in_flight(Session& session, const std::string& schema,
                                           const std::string& history_table) {
  if (!own_tables_exist(session, schema)) return {};
  return first_column(session.query("reading intents", in_flight_question(session, schema, history_table)));
}

std::string in_flight_question(const Session& session, const std::string& schema,
                               const std::string& history_table) {
  return fmt::format("SELECT DISTINCT script FROM {} WHERE history_table = {} ORDER BY script",
                     own_table(schema, kIntentsTable), session.quote(history_table));
}

void write_intent(Session& session, const IntentKey& key, std::size_t statement, const std::string& sha256,
                  const std::string& run_id, const std::string& found) {
  session.query(
      "writing the intent of a statement",
      "INSERT INTO " + table_of(key) +
          " (history_table, script, statement, statement_sha256, state, run_id, found) "
          "VALUES ($1, $2, $3, $4, 'started', $5, nullif($6, '')) ON CONFLICT (history_table, script, "
          "statement) DO UPDATE "
          "SET state = 'started', statement_sha256 = excluded.statement_sha256, run_id = excluded.run_id, "
          "started_at = excluded.started_at, done_at = NULL, found = excluded.found",
      {key.history_table, key.script, std::to_string(statement), sha256, run_id, found});
}

std::string intent_done_statement(const Session& session, const IntentKey& key, std::size_t statement) {
  return fmt::format(
      "UPDATE {} SET state = 'done', done_at = pg_catalog.clock_timestamp() WHERE {} AND statement = {}",
      table_of(key), script_condition(session, key), statement);
}

std::string forget_intents_statement(const Session& session, const IntentKey& key) {
  return fmt::format("DELETE FROM {} WHERE {}", table_of(key), script_condition(session, key));
}

void withdraw_intent(Session& session, const IntentKey& key, std::size_t statement) {
  session.query(
      "withdrawing the intent of a statement",
      "DELETE FROM " + table_of(key) + " WHERE history_table = $1 AND script = $2 AND statement = $3",
      {key.history_table, key.script, std::to_string(statement)});
}

}  // namespace windlass::hook
