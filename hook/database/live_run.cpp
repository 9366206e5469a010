#include "hook/database/live_run.hpp"

#include "core/sql/masked.hpp"
#include "hook/database/advisory_lock.hpp"
#include "hook/database/run_records.hpp"

namespace windlass::hook {
namespace {

// A script's message begins with settings of ours; what is asked for is what comes behind the last of them.
std::string without_preamble(const std::string& query) {
  const auto marker = query.find("windlass.tx");
  const auto end = marker == std::string::npos ? marker : query.find(';', marker);
  return end == std::string::npos ? query : query.substr(end + 1);
}

void add_statement(Session& session, LiveRun& run) {
  constexpr std::size_t kShown = 80;
  const Rows rows = session.query("asking what the holder of the lock does",
                                  "SELECT query, pg_catalog.date_trunc('second', query_start) FROM "
                                  "pg_catalog.pg_stat_activity WHERE pid = $1::int AND state = 'active'",
                                  {std::to_string(run.backend)});
  if (rows.empty()) return;
  run.statement = sql::masked(without_preamble(rows[0][0].value_or("")), kShown);
  run.statement_since = rows[0][1].value_or("");
}

void add_record(Session& session, const HistoryTableName& history, LiveRun& run) {
  if (!own_tables_exist(session, history.schema)) return;
  const Rows rows = session.query(
      "looking for the record of a run",
      "SELECT r.run_id, r.phase, r.runner, (SELECT i.script FROM " +
          own_table(history.schema, kIntentsTable) +
          " i WHERE i.run_id = r.run_id AND i.state = 'started' ORDER BY i.started_at DESC LIMIT 1) FROM " +
          own_table(history.schema, kRunsTable) +
          " r WHERE r.outcome = 'running' AND r.backend_pid = $1::int ORDER BY r.started_at DESC LIMIT 1",
      {std::to_string(run.backend)});
  if (rows.empty()) return;
  run.run_id = rows[0][0].value_or("");
  run.phase = rows[0][1].value_or("");
  run.runner = rows[0][2].value_or("");
  run.script = rows[0][3].value_or("");
}

}  // namespace

std::optional<LiveRun> live_run(Session& session, const HistoryTableName& history) {
  const auto holder = lock_holder(session, advisory_lock_key(history));
  if (!holder) return std::nullopt;
  LiveRun run;
  run.backend = holder->backend;
  run.role = holder->role;
  run.application = holder->application;
  run.address = holder->address;
  run.since = holder->since;
  add_statement(session, run);
  add_record(session, history, run);
  return run;
}

}  // namespace windlass::hook
