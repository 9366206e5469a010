#include "hook/execute/executor.hpp"

#include <fmt/format.h>

#include <random>
#include <utility>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/settled_commit.hpp"
#include "hook/execute/failure_report.hpp"
#include "hook/execute/lock_ramp.hpp"
#include "hook/execute/notice_log.hpp"
#include "hook/execute/run_monitor.hpp"
#include "hook/execute/stepwise.hpp"

namespace windlass::hook {
namespace {

double random_jitter() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.5, 1.0)(generator);
}

Surroundings surroundings_of(const ScriptJob& job, const ExecutorSettings& settings, const Session& session,
                             Milliseconds lock_timeout, const std::string& marker) {
  Surroundings around;
  around.before.push_back("BEGIN");
  for (auto& statement : session_statements(settings, session, Scope::kTransaction, lock_timeout)) {
    around.before.push_back(std::move(statement));
  }
  around.before.push_back("SET LOCAL windlass.tx = " + session.quote(marker));
  // A script may leave another role behind, which need not be allowed to write the history.
  around.after.push_back("RESET ROLE");
  for (const auto& statement : job.also) around.after.push_back(statement);
  around.after.push_back(
      insert_history_row(session, settings.history, job.row, SinceTransactionBegan{}, marker));
  around.after.push_back("COMMIT");
  return around;
}

// A failure of one of our own statements around the script.
Error own_statement_error(const ScriptJob& job, const ServerMessage& server) {
  if (server.sqlstate == kMarkerGone) {
    return Error(
        ExitCode::kPartlyApplied,
        fmt::format("{} ended the transaction that it runs in", job.script.source.file),
        "What it did before is committed and no history row was written: remove COMMIT and ROLLBACK from the "
        "script and from what it calls, put the database right, then run again.");
  }
  return database_error("recording " + job.script.source.path, server);
}

Error stopped_error(const ScriptJob& job, bool deadline_passed, const Deadline& deadline) {
  const std::string state = "it was cancelled and rolled back";
  if (!deadline_passed)
    return Error(ExitCode::kTerminated, fmt::format("stopped during {}: {}", job.script.source.path, state));
  return Error(ExitCode::kTransient,
               fmt::format("the deadline of {} passed during {}: {}", format_duration(deadline.limit()),
                           job.script.source.path, state),
               "Give the run a longer deadline, or make the script do less at once.");
}

Error no_lock_error(const ScriptJob& job, int attempts, Milliseconds took, const std::string& blockers) {
  return Error(ExitCode::kTransient,
               fmt::format("{} could not get its locks in {} within {}; it was rolled back each time",
                           job.script.source.path, counted(static_cast<std::size_t>(attempts), "attempt"),
                           format_duration(took)),
               "End the sessions that block it, or run it when they are gone.")
      .with_details(blockers);
}

void throw_unless_worth_retrying(const ScriptJob& job, const StatementFailure& failure) {
  constexpr std::string_view kSerializationFailure = "40001";
  if (is_lock_failure(failure.server.sqlstate) || failure.server.sqlstate == kSerializationFailure) return;
  if (failure.statement == ScriptMessage::kOurs) throw own_statement_error(job, failure.server);
  throw script_error(job.script, failure,
                     {code_of_script_failure(failure.server.sqlstate),
                      "everything the script did was rolled back; scripts before it stay applied",
                      "Correct the script and run again; it goes on with this script."});
}

}  // namespace

std::vector<std::string> session_statements(const ExecutorSettings& settings, const Session& session,
                                            Scope scope, Milliseconds lock_timeout) {
  const std::string_view local = scope == Scope::kTransaction ? "LOCAL " : "";
  // Settings of an earlier script do not reach this one.
  std::vector<std::string> statements{"RESET ALL", "RESET ROLE"};
  if (session.server_major() >= 14) statements.push_back("SET client_connection_check_interval = '1s'");
  statements.push_back(fmt::format("SET {}lock_timeout = {}", local, lock_timeout.count()));
  statements.push_back(
      fmt::format("SET {}statement_timeout = {}", local, settings.statement_timeout.count()));
  if (!settings.search_path.empty()) {
    statements.push_back(fmt::format("SELECT pg_catalog.set_config('search_path', {}, {})",
                                     session.quote(settings.search_path), scope == Scope::kTransaction));
  }
  return statements;
}

Executor::Executor(Database& database, ExecutorSettings settings, const Clock& clock, const StopSignal& stop,
                   const Deadline& deadline)
    : database_(database), settings_(std::move(settings)), clock_(clock), stop_(stop), deadline_(deadline) {}

Milliseconds Executor::run(const ScriptJob& job) {
  const NoticeLog notices(database_.session(), job.script.source.path);
  if (job.script.mode == migrations::RunMode::kStepwise) {
    const Milliseconds took = Stepwise(*this, job).run();
    last_rank_.reset();
    return took;
  }
  return run_in_transaction(job);
}

Milliseconds Executor::run_in_transaction(const ScriptJob& job) {
  const auto began = clock_.now();
  for (int attempt = 0;; ++attempt) {
    RunMonitor monitor(database_, job.script.source.path, lock_timeout_of_attempt(job, attempt));
    const RunResult result = send(job, attempt, monitor);
    if (result.end == RunEnd::kDone) break;
    if (result.end == RunEnd::kLost) {
      settle_lost_commit(job);
      break;
    }
    if (result.end == RunEnd::kStopped) throw stopped_error(job, result.deadline_passed, deadline_);
    throw_unless_worth_retrying(job, *result.failure);
    const Milliseconds pause = pause_after(attempt, random_jitter());
    if (attempt >= settings_.retries || deadline_.left() <= pause) {
      throw no_lock_error(job, attempt + 1, elapsed(clock_, began), monitor.blockers());
    }
    log::info(fmt::format("{} gave way after {} ({}), attempt {} of {} in {}", job.script.source.path,
                          format_duration(lock_timeout_of_attempt(job, attempt)),
                          result.failure->server.message, attempt + 2, settings_.retries + 1,
                          format_duration(pause)));
    clock_.sleep(pause, stop_);
    if (stop_.requested())
      throw Error(ExitCode::kTerminated, "stopped before " + job.script.source.path + " was tried again");
  }
  ++*last_rank_;
  return elapsed(clock_, began);
}

Milliseconds Executor::lock_timeout_of_attempt(const ScriptJob& job, int attempt) {
  const LockRamp ramp{settings_.lock_timeout, database_.session().greeting().deadlock_timeout};
  return job.script.takes_strong_locks ? lock_timeout_of(ramp, attempt) : settings_.lock_timeout;
}

RunResult Executor::send(const ScriptJob& job, int attempt, RunMonitor& monitor) {
  const std::string marker = fmt::format("{}/{}/{}", settings_.run_id, last_rank(), attempt);
  const auto around =
      surroundings_of(job, settings_, database_.session(), lock_timeout_of_attempt(job, attempt), marker);
  const auto messages = script_messages(job.script.replaced.text, job.script.statements, job.script.skipped,
                                        around, kMessageLimit);
  const RunWatch watch{clock_, stop_, deadline_, [&](Milliseconds running) { monitor.look(running); }};
  return run_messages(database_.session(), messages, job.script.replaced.text, job.script.statements, watch);
}

void Executor::settle_lost_commit(const ScriptJob& job) {
  const int rank_before = last_rank();
  reconnect_to_settle(database_, job.script.source.path);
  const auto row = database_.session().query_value(
      "looking for the history row of " + job.script.source.path,
      "SELECT 1 FROM " + settings_.history.quoted() +
          " WHERE \"installed_rank\" > $1 AND \"script\" = $2 AND \"success\"",
      {std::to_string(rank_before), abbreviated_script(job.row.script)});
  if (row) {
    log::info(fmt::format("{} was committed: its history row is there", job.script.source.path));
    return;
  }
  throw Error(
      ExitCode::kTransient,
      fmt::format("the connection was lost during {}; its history row is not there, so it was rolled back",
                  job.script.source.path),
      "Run again; it goes on with this script.");
}

int Executor::last_rank() {
  if (!last_rank_) {
    last_rank_ = std::stoi(*database_.session().query_value(
        "reading the history table",
        "SELECT COALESCE(max(\"installed_rank\"), -1) FROM " + settings_.history.quoted()));
  }
  return *last_rank_;
}

}  // namespace windlass::hook
