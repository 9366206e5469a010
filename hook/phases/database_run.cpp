#include "hook/phases/database_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>

#include "core/base/files.hpp"
#include "core/base/log.hpp"
#include "hook/database/catalog.hpp"
#include "hook/database/lease_table.hpp"
#include "hook/database/run_records.hpp"

namespace windlass::hook {
namespace {

// To close a record after the deadline has ended the work.
constexpr Milliseconds kAfterDeadline{60'000};

// The pod's name in a cluster, where the host name is set to it.
std::string runner_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

std::string default_schema(Session& session, const Settings& settings) {
  if (!settings.default_schema.empty()) return settings.default_schema;
  if (!settings.schemas.empty()) return settings.schemas.front();
  if (session.greeting().current_schema) return *session.greeting().current_schema;
  throw Error(ExitCode::kConfiguration, "search_path names no schema that exists",
              "Set default-schema, or correct the role's search_path.");
}

RunStart start_of(const DatabaseRun& run) {
  const Settings& settings = run.context.settings;
  return {run.context.report.run_id,
          std::string(phase_name(*run.context.report.phase)),
          settings.environment,
          run.history.table,
          runner_name(),
          settings.run_labels,
          settings.deadline + kAfterDeadline,
          run.context.report.version_from};
}

// Whether there is a table to write the record into.
bool has_tables(DatabaseRun& run) {
  if (run.own_tables_seen) return true;
  const std::string& schema = run.history.schema;
  if (!schema_exists(run.session(), schema)) return false;
  if (run.recording != Recording::kIfPossible) create_own_tables(run.session(), schema);
  return run.own_tables_seen = own_tables_exist(run.session(), schema);
}

void try_open_record(DatabaseRun& run) {
  try {
    if (has_tables(run)) begin_record(run);
  } catch (const DatabaseError& error) {
    if (run.session().lost()) throw;
    log::info(fmt::format("this run leaves no record in the database: {}", error.what()));
  }
}

RunFinish finish_of(const Report& report, const Clock& clock) {
  RunFinish finish;
  finish.outcome = exit_code_row(report.outcome).name;
  finish.exit_code = static_cast<int>(report.outcome);
  finish.message = report.message;
  finish.version_from = report.version_from;
  finish.version_to = report.version_to;
  for (const auto& applied : report.applied) finish.applied.push_back(applied.script);
  finish.failed_script = report.failed_script;
  finish.set_digest = report.set_digest;
  finish.duration_ms = std::chrono::duration_cast<Milliseconds>(clock.wall() - report.started).count();
  return finish;
}

// A run that finds nothing to do takes no lock, and would leave the lease of one that was killed at its end.
void end_lease_of_killed_run(DatabaseRun& run) {
  if (!run.lease_table_seen) return;
  const auto lease = read_lease(run.session(), run.history);
  if (!lease || !lease->held || !lease->expired) return;
  end_expired_lease(run.session(), run.history, "ended");
}

// Completes the record, or writes it if the run ended before it had reason to open one.
void try_close_record(DatabaseRun& run) {
  if (!run.recorded && run.recording != Recording::kFromFirstChange) return;
  constexpr Milliseconds kRecordLimit{5'000};
  const Report& report = run.context.report;
  const std::string& schema = run.history.schema;
  try {
    // A run that lost its session comes back once more, for its record alone; a stopped one has no time to.
    if (run.session().lost()) run.database.reopen(kRecordLimit);
    if (!run.recorded && !has_tables(run)) return;
    if (!run.recorded) end_lease_of_killed_run(run);
    const RunFinish finish = finish_of(report, run.context.clock);
    // What is lost is asked for last, when what a killed run left in the server has had time to end.
    const auto lost_runs = run.recorded ? close_run(run.session(), schema, report.run_id, finish)
                                        : write_run(run.session(), schema, start_of(run), finish);
    for (const auto& lost : lost_runs) log::warning("an earlier run ended without a word: " + lost);
  } catch (const std::exception& error) {
    log::warning(fmt::format("the run record was not closed: {}", error.what()));
  }
}

// Phases that only read make do with a standby.
Access access_of(const Settings& settings) {
  switch (*settings.phase) {
    case Phase::kBackup:
    case Phase::kVerify:
    case Phase::kGuard:
    case Phase::kInfo:
    case Phase::kValidate: return Access::kRead;
    default: return settings.dry_run ? Access::kRead : Access::kWrite;
  }
}

// Whether every run of the phase reads the scripts of its locations.
bool reads_scripts(Phase phase) {
  switch (phase) {
    case Phase::kPreflight:
    case Phase::kMigrate:
    case Phase::kVerify:
    case Phase::kContract:
    case Phase::kInfo:
    case Phase::kValidate: return true;
    default: return false;
  }
}

}  // namespace

ConnectionTarget connection_target(const Settings& settings) {
  // Whole, but for the password: host and port of the other way to the database lead through the pooler.
  if (!settings.direct_database_url.empty()) {
    return {settings.direct_database_url, "", std::nullopt, "", "", settings.database_password,
            access_of(settings)};
  }
  return {settings.database_url,  settings.database_host,     settings.database_port, settings.database_name,
          settings.database_user, settings.database_password, access_of(settings)};
}

void begin_record(DatabaseRun& run) {
  if (run.recorded) return;
  open_run(run.session(), run.history.schema, start_of(run));
  run.recorded = true;
}

void note_first_change(DatabaseRun& run) {
  if (run.recording == Recording::kFromFirstChange) try_open_record(run);
}

void take_lock(DatabaseRun& run) {
  run.database.lock(run.history, std::min(run.context.settings.lock_wait, run.context.deadline.left()));
}

void with_database(PhaseContext& context, Recording recording,
                   const std::function<void(DatabaseRun&)>& work) {
  const Settings& settings = context.settings;
  if (!settings.direct_database_url.empty() &&
      (!settings.database_url.empty() || !settings.database_host.empty())) {
    log::info("using direct-database-url, not the other way to the database");
  }
  const std::string application =
      fmt::format("windlass-hook {} {}", phase_name(*context.report.phase), runner_name());
  std::optional<ScriptsAhead> ahead;
  if (reads_scripts(*context.report.phase)) ahead.emplace(settings);
  Database database(connection_target(settings), application,
                    std::min(settings.connect_timeout, context.deadline.left()), context.clock, context.stop,
                    context.deadline,
                    {context.report.run_id, std::string(phase_name(*context.report.phase)), runner_name(),
                     settings.lease_duration});
  if (settings.dry_run) recording = Recording::kNone;
  DatabaseRun run{
      context, database, {default_schema(database.session(), settings), settings.history_table}, recording};
  if (ahead) run.scripts_ahead = &*ahead;
  if (settings.dry_run) database.make_read_only();
  if (recording == Recording::kCreateTables || recording == Recording::kIfPossible) try_open_record(run);
  try {
    work(run);
  } catch (const Error& error) {
    set_failure(context.report, error);
    try_close_record(run);
    throw;
  }
  try_close_record(run);
}

}  // namespace windlass::hook
