#include "hook/database/run_records.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace windlass::hook {
namespace {

// A record must not cost the run a wait for the disk: losing the last of them in a crash is no harm.
constexpr std::string_view kUnhurried = "SET LOCAL synchronous_commit = off";

std::string create_statements(const std::string& schema) {
  const auto table = [&](std::string_view name) { return own_table(schema, name); };
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
    backend_start timestamptz
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
);
CREATE TABLE IF NOT EXISTS {} (
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
    environment text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    recorded_by text NOT NULL DEFAULT current_user
))",
                     table(kRunsTable), table(kIntentsTable), table(kUndoTable), table(kEnvironmentTable));
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
  session.execute("creating Windlass's tables", create_statements(schema));
}

std::vector<std::string> mark_lost_runs(Session& session, const std::string& schema) {
  const Rows gone = session.query(
      "looking for killed runs",
      "UPDATE " + own_table(schema, kRunsTable) +
          " r SET outcome = 'lost', finished_at = pg_catalog.clock_timestamp(), "
          "message = 'the run ended without a word: it was killed, or lost its node' "
          "WHERE r.outcome = 'running' AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a "
          "WHERE a.pid = r.backend_pid AND (a.backend_start IS NULL OR r.backend_start IS NULL "
          "OR a.backend_start = r.backend_start)) RETURNING r.phase, r.run_id, r.started_at");
  std::vector<std::string> lost;
  for (const auto& row : gone) lost.push_back(fmt::format("{} {}, started {}", *row[0], *row[1], *row[2]));
  return lost;
}

void open_run(Session& session, const std::string& schema, const RunStart& start) {
  in_transaction(session, "writing the run record", [&] {
    session.execute("writing the run record", std::string(kUnhurried));
    session.query("writing the run record",
                  "INSERT INTO " + own_table(schema, kRunsTable) +
                      " (run_id, phase, environment, history_table, outcome, runner, labels, backend_start) "
                      "VALUES ($1, $2, $3, $4, 'running', $5, $6, (SELECT backend_start FROM "
                      "pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()))",
                  {start.run_id, start.phase, start.environment, start.history_table, start.runner,
                   nlohmann::json(start.labels).dump()});
  });
}

void close_run(Session& session, const std::string& schema, const std::string& run_id,
               const RunFinish& finish) {
  in_transaction(session, "closing the run record", [&] {
    session.execute("closing the run record", std::string(kUnhurried));
    session.query(
        "closing the run record",
        "UPDATE " + own_table(schema, kRunsTable) +
            " SET outcome = $2, exit_code = $3, message = $4, version_from = $5, version_to = $6, "
            "applied = $7, failed_script = nullif($8, ''), finished_at = pg_catalog.clock_timestamp(), "
            "duration_ms = $9, set_digest = nullif($10, '') WHERE run_id = $1",
        {run_id, finish.outcome, std::to_string(finish.exit_code), finish.message, finish.version_from,
         finish.version_to, nlohmann::json(finish.applied).dump(), finish.failed_script,
         std::to_string(finish.duration_ms), finish.set_digest});
  });
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

std::optional<std::string> recorded_environment(Session& session, const std::string& schema) {
  if (!own_tables_exist(session, schema)) return std::nullopt;
  return session.query_value(
      "reading the recorded environment",
      "SELECT environment FROM " + own_table(schema, kEnvironmentTable) + " ORDER BY recorded_at LIMIT 1");
}

void record_environment(Session& session, const std::string& schema, const std::string& environment) {
  session.query("recording the environment",
                "INSERT INTO " + own_table(schema, kEnvironmentTable) + " (environment) VALUES ($1)",
                {environment});
}

}  // namespace windlass::hook
