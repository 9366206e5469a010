#include "hook/database/history_table.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

std::string quoted_or_null(const Session& session, const std::optional<std::string>& text) {
  return text ? session.quote(*text) : "NULL";
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += is_utf8_continuation(c) ? 0 : 1;
  return count;
}

// The byte at which character `index` (from 0) begins.
std::size_t byte_of(std::string_view text, std::size_t index) {
  std::size_t character = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_utf8_continuation(text[i]) && character++ == index) return i;
  }
  return text.size();
}

int number(const Value& value) { return std::stoi(value.value_or("0")); }

}  // namespace

std::string HistoryTableName::quoted() const {
  return Session::quote_name(schema) + "." + Session::quote_name(table);
}

bool history_table_exists(Session& session, const HistoryTableName& name) {
  return session
      .query_value(
          "looking for the history table",
          "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
          "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'r'",
          {name.schema, name.table})
      .has_value();
}

void create_history_table(Session& session, const HistoryTableName& name) {
  const std::string table = name.quoted();
  std::string sql = "CREATE TABLE " + table + R"( (
    "installed_rank" INT NOT NULL,
    "version" VARCHAR(50),
    "description" VARCHAR(200) NOT NULL,
    "type" VARCHAR(20) NOT NULL,
    "script" VARCHAR(1000) NOT NULL,
    "checksum" INTEGER,
    "installed_by" VARCHAR(100) NOT NULL,
    "installed_on" TIMESTAMP NOT NULL DEFAULT now(),
    "execution_time" INTEGER NOT NULL,
    "success" BOOLEAN NOT NULL
);
)";
  sql += fmt::format("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY (\"installed_rank\");\n", table,
                     Session::quote_name(name.table + "_pk"));
  sql +=
      fmt::format("CREATE INDEX {} ON {} (\"success\")", Session::quote_name(name.table + "_s_idx"), table);
  session.execute("creating the history table " + table, sql);
}

std::vector<migrations::HistoryRow> read_history(Session& session, const HistoryTableName& name) {
  return history_of(session.query("reading the history table " + name.quoted(), history_question(name)));
}

std::string history_question(const HistoryTableName& name) {
  return "SELECT \"installed_rank\", \"version\", \"description\", \"type\", \"script\", \"checksum\", "
         "\"installed_by\", \"installed_on\", \"execution_time\", \"success\" FROM " +
         name.quoted() + " WHERE \"installed_rank\" > -1 ORDER BY \"installed_rank\"";
}

std::vector<migrations::HistoryRow> history_of(const Rows& answer) {
  std::vector<migrations::HistoryRow> rows;
  rows.reserve(answer.size());
  for (const auto& from : answer) {
    migrations::HistoryRow row;
    row.installed_rank = number(from[0]);
    row.version = from[1];
    row.description = from[2].value_or("");
    row.type = from[3].value_or("");
    row.script = from[4].value_or("");
    if (from[5]) row.checksum = number(from[5]);
    row.installed_by = from[6].value_or("");
    row.installed_on = from[7].value_or("");
    row.execution_time = number(from[8]);
    row.success = from[9] == "t";
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string insert_history_row(const Session& session, const HistoryTableName& name, const NewHistoryRow& row,
                               const ExecutionTime& time, const std::string& marker) {
  const int* given = std::get_if<int>(&time);
  const std::string milliseconds = given != nullptr ? std::to_string(*given)
                                                    : "(extract(epoch from pg_catalog.clock_timestamp() - "
                                                      "pg_catalog.transaction_timestamp()) * 1000)::int";
  // Not CASE WHEN ... ELSE 1/0: the planner would compute the constant beforehand and always fail.
  const std::string success =
      marker.empty() ? (row.success ? "true" : "false")
                     : fmt::format(
                           "1/(CASE WHEN pg_catalog.current_setting('windlass.tx', true) = {} THEN 1 ELSE 0 "
                           "END) = 1",
                           session.quote(marker));
  return fmt::format(
      "INSERT INTO {0} (\"installed_rank\", \"version\", \"description\", \"type\", \"script\", "
      "\"checksum\", "
      "\"installed_by\", \"execution_time\", \"success\") SELECT next.rank, {1}, {2}, {3}, {4}, {5}, "
      "{6}, {7}, {8} FROM (SELECT COALESCE(max(\"installed_rank\") + 1, {9}) AS rank FROM {0}) AS next",
      name.quoted(), quoted_or_null(session, row.version),
      session.quote(migrations::stored_description(row.description)), session.quote(row.type),
      session.quote(abbreviated_script(row.script)), row.checksum ? std::to_string(*row.checksum) : "NULL",
      row.installed_by.empty() ? "current_user" : session.quote(row.installed_by), milliseconds, success,
      row.type == "SCHEMA" ? 0 : 1);
}

void delete_history_row(Session& session, const HistoryTableName& name, int installed_rank) {
  session.query("removing a failed row from the history table",
                "DELETE FROM " + name.quoted() + " WHERE \"installed_rank\" = $1",
                {std::to_string(installed_rank)});
}

void update_history_row(Session& session, const HistoryTableName& name, const migrations::HistoryRow& row) {
  session.query(
      "aligning a row of the history table",
      "UPDATE " + name.quoted() +
          " SET \"description\" = $1, \"type\" = $2, \"checksum\" = $3 WHERE \"installed_rank\" = $4",
      {migrations::stored_description(row.description), row.type,
       row.checksum ? Value(std::to_string(*row.checksum)) : Value(), std::to_string(row.installed_rank)});
}

std::string abbreviated_script(const std::string& script) {
  constexpr std::size_t kLimit = 1000;
  const std::size_t count = character_count(script);
  if (count <= kLimit) return script;
  return "..." + script.substr(byte_of(script, count - (kLimit - 3)));
}

}  // namespace windlass::hook
