#include "hook/database/live_run.hpp"

#include "core/sql/masked.hpp"
#include "hook/database/advisory_lock.hpp"
#include "hook/database/lease_table.hpp"
#include "hook/database/run_records.hpp"

namespace windlass::hook {
namespace {

// A script's message begins with settings of ours; what is asked for is what comes behind the last of them.
// Empty when the view, which shows a query's beginning only, does not get as far.
std::string without_preamble(const std::string& query) {
  const auto marker = query.find("windlass.tx");
  const bool only_settings =
      query.starts_with("/* windlass: ") && query.find("*/ BEGIN") != std::string::npos;
  if (marker == std::string::npos && only_settings) return "";
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

namespace {

LiveRun run_by(const LeaseRow& lease) {
  LiveRun run;
  run.by_lease = true;
  run.role = lease.role;
  run.address = lease.address;
  run.since = lease.acquired;
  run.run_id = lease.run_id;
  run.phase = lease.phase;
  run.runner = lease.runner;
  run.script = lease.script;
  run.heartbeat = lease.heartbeat;
  return run;
}

}  // namespace

std::optional<LiveRun> live_run(Session& session, const HistoryTableName& history) {
  const auto lease = read_lease(session, history);
  const auto holder = lock_holder(session, advisory_lock_key(history));
  if (lease && lease->is_live()) {
    LiveRun run = run_by(*lease);
    if (!holder) return run;
    run.backend = holder->backend;  // its script has the key while it runs
    add_statement(session, run);
    return run;
  }
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
