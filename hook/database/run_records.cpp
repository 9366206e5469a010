#include "hook/database/run_records.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

// A record must not cost the run a wait for the disk: losing the last of them in a crash is no harm.
constexpr std::string_view kUnhurried = "SET LOCAL synchronous_commit = off";

// What tells of runs, and what they keep for later ones.
std::string create_record_tables(const std::string& schema) {
  return fmt::format(R"(SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('windlass tables'));
CREATE TABLE IF NOT EXISTS {} (
    run_id uuid PRIMARY KEY,
    phase text NOT NULL,
    environment text NOT NULL,
    history_table text NOT NULL,
    outcome text NOT NULL,
    exit_code integer,
    message text,
    version_from text,
    version_to text,
    applied jsonb,
    failed_script text,
    set_digest text,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    finished_at timestamptz,
    duration_ms bigint,
    role text NOT NULL DEFAULT current_user,
    runner text NOT NULL,
    labels jsonb NOT NULL,
    backend_pid integer NOT NULL DEFAULT pg_catalog.pg_backend_pid(),
    backend_start timestamptz,
    expected_end timestamptz
);
CREATE TABLE IF NOT EXISTS {} (
    history_table text NOT NULL,
    script text NOT NULL,
    statement integer NOT NULL,
    statement_sha256 text NOT NULL,
    state text NOT NULL CHECK (state IN ('started', 'done')),
    run_id uuid NOT NULL,
    started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    done_at timestamptz,
    found text,
    PRIMARY KEY (history_table, script, statement)
);)",
                     own_table(schema, kRunsTable), own_table(schema, kIntentsTable));
}

std::string create_state_tables(const std::string& schema) {
  return fmt::format(R"(CREATE TABLE IF NOT EXISTS {} (
    history_table text NOT NULL,
    version text NOT NULL,
    description text NOT NULL,
    script text NOT NULL,
    checksum integer NOT NULL,
    content text NOT NULL,
    in_transaction boolean,
    stored_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    PRIMARY KEY (history_table, version)
);
CREATE TABLE IF NOT EXISTS {} (
    history_table text NOT NULL,
    script text NOT NULL,
    checksum integer NOT NULL,
    tokens_sha256 text NOT NULL,
    PRIMARY KEY (history_table, script, checksum)
);
CREATE TABLE IF NOT EXISTS {} (
    environment text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    recorded_by text NOT NULL DEFAULT current_user
))",
                     own_table(schema, kUndoTable), own_table(schema, kTokensTable),
                     own_table(schema, kEnvironmentTable));
}

using Columns = std::vector<std::pair<std::string, std::string>>;  // name and SQL expression

std::string quoted_or_null(const Session& session, const std::optional<std::string>& text) {
  return text ? session.quote(*text) : "NULL";
}

// The session that shows whether the run still lives, or, where it has none of its own, until when it may.
Columns life_columns(const Session& session, const RunStart& start) {
  if (session.is_shared()) {
    return {{"backend_pid", "0"},
            {"expected_end",
             fmt::format("pg_catalog.clock_timestamp() + {} * interval '1 ms'", start.longest.count())}};
  }
  // What the view pg_stat_activity is made of, without the names that the view looks up.
  return {{"backend_start",
           "(SELECT backend_start FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid()))"}};
}

Columns start_columns(const Session& session, const RunStart& start) {
  Columns columns = life_columns(session, start);
  const Columns rest{{"run_id", session.quote(start.run_id)},
                     {"phase", session.quote(start.phase)},
                     {"environment", session.quote(start.environment)},
                     {"history_table", session.quote(start.history_table)},
                     {"runner", session.quote(start.runner)},
                     {"labels", session.quote(nlohmann::json(start.labels).dump())}};
  columns.insert(columns.end(), rest.begin(), rest.end());
  return columns;
}

Columns finish_columns(const Session& session, const RunFinish& finish) {
  const auto given = [&](const std::string& text) { return text.empty() ? "NULL" : session.quote(text); };
  return {{"outcome", session.quote(finish.outcome)},
          {"exit_code", std::to_string(finish.exit_code)},
          {"message", session.quote(finish.message)},
          {"version_from", quoted_or_null(session, finish.version_from)},
          {"version_to", quoted_or_null(session, finish.version_to)},
          {"applied", session.quote(nlohmann::json(finish.applied).dump())},
          {"failed_script", given(finish.failed_script)},
          {"set_digest", given(finish.set_digest)},
          {"finished_at", "pg_catalog.clock_timestamp()"},
          {"duration_ms", std::to_string(finish.duration_ms)}};
}

std::string insert_statement(const std::string& schema, const Columns& columns) {
  std::string names;
  std::string values;
  for (const auto& [name, value] : columns) {
    names += (names.empty() ? "" : ", ") + name;
    values += (values.empty() ? "" : ", ") + value;
  }
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", own_table(schema, kRunsTable), names, values);
}

// Of the record `r`: it says that the run goes on, but its session is not there, or the time is over in which
// a run without a session of its own may live.
constexpr std::string_view kIsGone =
    "r.outcome = 'running' AND coalesce(r.expected_end < pg_catalog.clock_timestamp(), true) AND NOT EXISTS "
    "(SELECT 1 FROM pg_catalog.pg_stat_get_activity(NULL) a WHERE a.pid = r.backend_pid AND "
    "(a.backend_start IS NULL OR r.backend_start IS NULL OR a.backend_start = r.backend_start))";

std::string mark_lost_statement(const std::string& schema) {
  return "UPDATE " + own_table(schema, kRunsTable) +
         " r SET outcome = 'lost', finished_at = pg_catalog.clock_timestamp(), "
         "message = 'the run ended without a word: it was killed, or lost its node' "
         "WHERE " +
         std::string(kIsGone) + " RETURNING r.phase, r.run_id, r.started_at";
}

std::vector<std::string> lost_runs(const Rows& rows) {
  std::vector<std::string> lost;
  for (const auto& row : rows) lost.push_back(fmt::format("{} {}, started {}", *row[0], *row[1], *row[2]));
  return lost;
}

// As a transaction in one message.
std::string message_of(const Session& session, const std::vector<std::string>& statements) {
  return fmt::format("{};{};{};COMMIT", session.begin_message(), kUnhurried, join(statements, ";"));
}

}  // namespace

std::string own_table(const std::string& schema, std::string_view table) {
  return Session::quote_name(schema) + "." + Session::quote_name(table);
}

bool own_tables_exist(Session& session, const std::string& schema) {
  return session
      .query_value(
          "looking for Windlass's tables",
          "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
          "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'r'",
          {schema, std::string(kEnvironmentTable)})
      .has_value();
}

void create_own_tables(Session& session, const std::string& schema) {
  if (own_tables_exist(session, schema)) return;
  session.on_notice(nullptr);
  session.execute("creating Windlass's tables",
                  create_record_tables(schema) + "\n" + create_state_tables(schema));
}

std::vector<std::string> mark_lost_runs(Session& session, const std::string& schema) {
  return lost_runs(session.query("looking for killed runs", mark_lost_statement(schema)));
}

void mark_lost_run(Session& session, const std::string& schema, const std::string& run_id) {
  if (!own_tables_exist(session, schema)) return;
  session.query("marking an overtaken run",
                "UPDATE " + own_table(schema, kRunsTable) +
                    " SET outcome = 'lost', finished_at = pg_catalog.clock_timestamp(), message = 'its lease "
                    "expired and was taken over' WHERE run_id = $1 AND outcome = 'running'",
                {run_id});
}

void open_run(Session& session, const std::string& schema, const RunStart& start) {
  Columns columns = start_columns(session, start);
  columns.emplace_back("outcome", "'running'");
  columns.emplace_back("version_from", quoted_or_null(session, start.version_from));
  session.execute("writing the run record", message_of(session, {insert_statement(schema, columns)}));
}

std::vector<std::string> close_run(Session& session, const std::string& schema, const std::string& run_id,
                                   const RunFinish& finish) {
  std::string assignments;
  for (const auto& [column, value] : finish_columns(session, finish))
    assignments += fmt::format("{}{} = {}", assignments.empty() ? "" : ", ", column, value);
  const std::string update = fmt::format("UPDATE {} SET {} WHERE run_id = {}", own_table(schema, kRunsTable),
                                         assignments, session.quote(run_id));
  // A script may have left another role and other settings behind.
  const std::string message = (session.is_shared() ? "" : "RESET ALL;RESET ROLE;") +
                              message_of(session, {update, mark_lost_statement(schema)});
  return lost_runs(session.query_all("closing the run record", message).back());
}

std::vector<std::string> write_run(Session& session, const std::string& schema, const RunStart& start,
                                   const RunFinish& finish) {
  Columns columns = start_columns(session, start);
  columns.emplace_back(
      "started_at", fmt::format("pg_catalog.clock_timestamp() - {} * interval '1 ms'", finish.duration_ms));
  for (auto& column : finish_columns(session, finish)) columns.push_back(std::move(column));
  return lost_runs(
      session
          .query_all("writing the run record",
                     message_of(session, {insert_statement(schema, columns), mark_lost_statement(schema)}))
          .back());
}

std::vector<PastRun> last_runs(Session& session, const std::string& schema, const std::string& history_table,
                               int count) {
  std::vector<PastRun> runs;
  if (!own_tables_exist(session, schema)) return runs;
  const Rows rows = session.query("reading the run records",
                                  "SELECT r.run_id, r.phase, CASE WHEN " + std::string(kIsGone) +
                                      " THEN 'lost' ELSE r.outcome END, r.version_from, r.version_to, "
                                      "r.failed_script, pg_catalog.date_trunc('second', r.started_at), "
                                      "r.runner, r.message FROM " +
                                      own_table(schema, kRunsTable) +
                                      " r WHERE r.history_table = $1 ORDER BY r.started_at DESC LIMIT $2",
                                  {history_table, std::to_string(count)});
  for (const auto& row : rows) {
    runs.push_back({row[0].value_or(""), row[1].value_or(""), row[2].value_or(""), row[3].value_or(""),
                    row[4].value_or(""), row[5].value_or(""), row[6].value_or(""), row[7].value_or(""),
                    row[8].value_or("")});
  }
  return runs;
}

bool was_migrated_with(Session& session, const std::string& schema, const std::string& history_table,
                       const std::string& set_digest) {
  if (!own_tables_exist(session, schema)) return false;
  return session
      .query_value(
          "looking for a run with this script set",
          "SELECT 1 FROM " + own_table(schema, kRunsTable) +
              " WHERE phase = 'migrate' AND outcome = 'done' AND history_table = $1 AND set_digest = $2 "
              "LIMIT 1",
          {history_table, set_digest})
      .has_value();
}

bool first_migration_goes_on(Session& session, const std::string& schema, const std::string& history_table) {
  const std::string runs =
      fmt::format("FROM {} WHERE phase = 'migrate' AND history_table = $1", own_table(schema, kRunsTable));
  return session.query_value(
             "looking for the first migration",
             fmt::format("SELECT (SELECT version_from IS NULL {0} ORDER BY started_at LIMIT 1) AND "
                         "NOT EXISTS (SELECT 1 {0} AND outcome = 'done')",
                         runs),
             {history_table}) == "t";
}

std::optional<std::string> recorded_environment(Session& session, const std::string& schema) {
  if (!own_tables_exist(session, schema)) return std::nullopt;
  return session.query_value("reading the recorded environment", environment_question(schema));
}

std::string environment_question(const std::string& schema) {
  return "SELECT environment FROM " + own_table(schema, kEnvironmentTable) + " ORDER BY recorded_at LIMIT 1";
}

void record_environment(Session& session, const std::string& schema, const std::string& environment) {
  session.query("recording the environment",
                "INSERT INTO " + own_table(schema, kEnvironmentTable) + " (environment) VALUES ($1)",
                {environment});
}

}  // namespace windlass::hook
