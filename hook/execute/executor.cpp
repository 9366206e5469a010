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

// What begins every transaction of ours; what ends it is still missing.
Surroundings transaction_around(const ExecutorSettings& settings, const Session& session,
                                Milliseconds lock_timeout) {
  Surroundings around;
  around.before.push_back("BEGIN");
  for (auto& statement : session_statements(settings, session, Scope::kTransaction, lock_timeout)) {
    around.before.push_back(std::move(statement));
  }
  // A script may leave another role behind, which need not be allowed to write the history.
  around.after.push_back("RESET ROLE");
  return around;
}

Surroundings surroundings_of(const ScriptJob& job, const ExecutorSettings& settings, const Session& session,
                             Milliseconds lock_timeout, const std::string& marker) {
  Surroundings around = transaction_around(settings, session, lock_timeout);
  around.before.push_back("SET LOCAL windlass.tx = " + session.quote(marker));
  for (const auto& statement : job.also) around.after.push_back(statement);
  around.after.push_back(
      insert_history_row(session, settings.history, job.row, SinceTransactionBegan{}, marker));
  around.after.push_back("COMMIT");
  return around;
}

// A failure of one of our own statements around the script.
Error own_statement_error(const migrations::PreparedScript& script, const ServerMessage& server) {
  if (server.sqlstate == kMarkerGone) {
    return Error(
        ExitCode::kPartlyApplied, fmt::format("{} ended the transaction that it runs in", script.source.file),
        "What it did before is committed and no history row was written: remove COMMIT and ROLLBACK from the "
        "script and from what it calls, put the database right, then run again.");
  }
  return database_error("recording " + script.source.path, server);
}

Error stopped_error(const migrations::PreparedScript& script, bool deadline_passed,
                    const Deadline& deadline) {
  const std::string state = "it was cancelled and rolled back";
  if (!deadline_passed)
    return Error(ExitCode::kTerminated, fmt::format("stopped during {}: {}", script.source.path, state));
  return Error(ExitCode::kTransient,
               fmt::format("the deadline of {} passed during {}: {}", format_duration(deadline.limit()),
                           script.source.path, state),
               "Give the run a longer deadline, or make the script do less at once.");
}

Error no_lock_error(const migrations::PreparedScript& script, int attempts, Milliseconds took,
                    const std::string& blockers) {
  return Error(ExitCode::kTransient,
               fmt::format("{} could not get its locks in {} within {}; it was rolled back each time",
                           script.source.path, counted(static_cast<std::size_t>(attempts), "attempt"),
                           format_duration(took)),
               "End the sessions that block it, or run it when they are gone.")
      .with_details(blockers);
}

// `script` is the one that ran, `failed` the one of the sequence that failed: itself or a callback of it.
void throw_unless_worth_retrying(const migrations::PreparedScript& script,
                                 const migrations::PreparedScript& failed, const StatementFailure& failure) {
  constexpr std::string_view kSerializationFailure = "40001";
  if (is_lock_failure(failure.server.sqlstate) || failure.server.sqlstate == kSerializationFailure) return;
  if (failure.statement == ScriptMessage::kOurs) throw own_statement_error(failed, failure.server);
  if (&failed == &script) {
    throw script_error(script, failure,
                       {code_of_script_failure(failure.server.sqlstate),
                        "everything the script did was rolled back; scripts before it stay applied",
                        "Correct the script and run again; it goes on with this script."});
  }
  throw script_error(
      failed, failure,
      {code_of_script_failure(failure.server.sqlstate),
       fmt::format("{} was rolled back with it; scripts before it stay applied", script.source.path),
       fmt::format("Correct the callback and run again; it goes on with {}.", script.source.path)});
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
  const RunEnd end =
      run_attempts(job.script, [&](Milliseconds lock_timeout, int attempt, const RunWatch& watch) {
        return send(job, lock_timeout, attempt, watch);
      });
  if (end == RunEnd::kLost) settle_lost_commit(job);
  ++*last_rank_;
  return elapsed(clock_, began);
}

RunEnd Executor::run_attempts(const migrations::PreparedScript& script, const Send& send) {
  const auto began = clock_.now();
  const std::string& path = script.source.path;
  for (int attempt = 0;; ++attempt) {
    const Milliseconds lock_timeout = lock_timeout_of_attempt(script, attempt);
    RunMonitor monitor(database_, path, lock_timeout);
    const RunWatch watch{clock_, stop_, deadline_, [&](Milliseconds running) { monitor.look(running); }};
    const auto [result, failed] = send(lock_timeout, attempt, watch);
    if (result.end == RunEnd::kDone || result.end == RunEnd::kLost) return result.end;
    if (result.end == RunEnd::kStopped) throw stopped_error(script, result.deadline_passed, deadline_);
    throw_unless_worth_retrying(script, *failed, *result.failure);
    const Milliseconds pause = pause_after(attempt, random_jitter());
    if (attempt >= settings_.retries || deadline_.left() <= pause)
      throw no_lock_error(script, attempt + 1, elapsed(clock_, began), monitor.blockers());
    log::info(fmt::format("{} gave way after {} ({}), attempt {} of {} in {}", path,
                          format_duration(lock_timeout), result.failure->server.message, attempt + 2,
                          settings_.retries + 1, format_duration(pause)));
    clock_.sleep(pause, stop_);
    if (stop_.requested()) throw Error(ExitCode::kTerminated, "stopped before " + path + " was tried again");
  }
}

Milliseconds Executor::lock_timeout_of_attempt(const migrations::PreparedScript& script, int attempt) {
  if (!script.takes_strong_locks) return settings_.lock_timeout;
  return lock_timeout_of({settings_.lock_timeout, database_.session().greeting().deadlock_timeout}, attempt);
}

SequenceResult Executor::send(const ScriptJob& job, Milliseconds lock_timeout, int attempt,
                              const RunWatch& watch) {
  static const CallbacksAround kNone;
  const std::string marker = fmt::format("{}/{}/{}", settings_.run_id, last_rank(), attempt);
  const auto around = surroundings_of(job, settings_, database_.session(), lock_timeout, marker);
  const CallbacksAround& callbacks = job.callbacks == nullptr ? kNone : *job.callbacks;
  return send_script(database_.session(), job.script, callbacks, around, watch);
}

void Executor::run_callback(const migrations::PreparedScript& callback) {
  const NoticeLog notices(database_.session(), callback.source.path);
  if (callback.mode == migrations::RunMode::kStepwise) return run_callback_stepwise(callback);
  run_in_one_transaction({&callback, 1}, {});
}

void Executor::run_in_one_transaction(std::span<const migrations::PreparedScript> callbacks,
                                      const std::vector<std::string>& after) {
  const auto send = [&](Milliseconds lock_timeout, int, const RunWatch& watch) {
    Surroundings around = transaction_around(settings_, database_.session(), lock_timeout);
    around.after.insert(around.after.end(), after.begin(), after.end());
    around.after.push_back("COMMIT");
    return send_scripts(database_.session(), callbacks, around, watch);
  };
  if (run_attempts(callbacks.front(), send) == RunEnd::kLost)
    throw lost_connection("running the callback " + callbacks.front().source.path);
}

void Executor::run_callback_stepwise(const migrations::PreparedScript& callback) {
  Session& session = database_.session();
  const auto setup = session_statements(settings_, session, Scope::kSession, settings_.lock_timeout);
  session.execute("setting up the session", join(setup, ";"));
  RunMonitor monitor(database_, callback.source.path, settings_.lock_timeout);
  const RunWatch watch{clock_, stop_, deadline_, [&](Milliseconds running) { monitor.look(running); }};
  for (std::size_t i = 0; i < callback.statements.size(); ++i) {
    if (callback.skipped[i]) continue;
    const auto messages =
        script_messages(callback.replaced.text, callback.statements, all_but(callback, i), {}, kMessageLimit);
    const RunResult result =
        run_messages(session, messages, callback.replaced.text, callback.statements, watch);
    if (result.end == RunEnd::kLost) throw lost_connection("running the callback " + callback.source.path);
    if (result.end == RunEnd::kStopped) throw stopped_error(callback, result.deadline_passed, deadline_);
    if (result.end != RunEnd::kFailed) continue;
    throw script_error(
        callback, *result.failure,
        {code_of_script_failure(result.failure->server.sqlstate),
         "the callback's statements before it took effect", "Correct the callback and run again."});
  }
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
