#include "hook/execute/executor.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/settled_commit.hpp"
#include "hook/execute/batch.hpp"
#include "hook/execute/failure_report.hpp"
#include "hook/execute/notice_log.hpp"
#include "hook/execute/retry_pause.hpp"
#include "hook/execute/run_monitor.hpp"
#include "hook/execute/stepwise.hpp"

namespace windlass::hook {
namespace {

void append(std::vector<std::string>& statements, std::vector<std::string> more) {
  for (auto& statement : more) statements.push_back(std::move(statement));
}

// What begins every transaction of ours; what ends it is still missing.
Surroundings transaction_around(const ExecutorSettings& settings, Database& database,
                                const LockTactics& tactics, int attempt) {
  const Session& session = database.session();
  const Lease* lease = database.lease();
  Surroundings around;
  around.before.push_back("BEGIN");
  append(around.before,
         session_statements(settings, session, Scope::kTransaction, tactics.first_limits(attempt)));
  if (lease != nullptr) append(around.before, lease->opening());
  around.prelude = tactics.prelude(attempt, [&](std::string_view text) { return session.quote(text); });
  around.before_statement = [&tactics, attempt](std::size_t index) {
    return tactics.before_statement(index, attempt);
  };
  around.after = tactics.after_script(attempt);
  // A script may leave another role behind, which need not be allowed to write the history.
  around.after.push_back(session.is_shared() ? "SET LOCAL role TO DEFAULT" : "RESET ROLE");
  if (lease != nullptr) append(around.after, lease->closing());
  return around;
}

// A failure of one of our own statements around the script.
Error own_statement_error(const migrations::PreparedScript& script, Database& database,
                          const ServerMessage& server) {
  if (server.sqlstate == kOvertaken && database.lease() != nullptr) return database.lease()->overtaken();
  if (server.sqlstate == kHistoryChanged && database.lease() != nullptr) {
    return Error(ExitCode::kTransient,
                 fmt::format("another program changed the history table before {}", script.source.path),
                 "Run again; it goes on from what is there now.");
  }
  if (server.sqlstate == kMarkerGone) return ended_transaction_error(script);
  return database_error("recording " + script.source.path, server);
}

bool is_worth_retrying(const StatementFailure& failure, const LockTactics& tactics, int attempt) {
  const std::string& state = failure.server.sqlstate;
  if (gave_way_to_others(state)) return true;
  return state == kCancelled &&
         (failure.statement == ScriptMessage::kPrelude || tactics.was_cut_short(failure.statement, attempt));
}

// Not a wait that was too long: the server cannot or will not do it (no plpgsql, say).
bool is_refusal_of_prelude(const StatementFailure& failure) {
  const std::string& state = failure.server.sqlstate;
  return failure.statement == ScriptMessage::kPrelude && !is_lock_failure(state) && state != kCancelled;
}

std::string advice_after(const StatementFailure& failure, const LockTactics& tactics) {
  if (failure.server.sqlstate != kCancelled || failure.statement == ScriptMessage::kOurs)
    return "Correct the script and run again; it goes on with this script.";
  if (tactics.class_of(failure.statement) == sql::LockClass::kFast &&
      !tactics.sets_statement_timeout_before(failure.statement)) {
    return "It should have changed the catalogue only, so it had 30s. If it may keep others out for longer, "
           "write SET LOCAL statement_timeout before it; then run again.";
  }
  return "statement_timeout ended it. Give it a longer one, or make it do less at once, then run again.";
}

// `script` is the one that ran, `failed` the one of the sequence that failed: itself or a callback of it.
void throw_unless_worth_retrying(Database& database, const migrations::PreparedScript& script,
                                 const migrations::PreparedScript& failed, const StatementFailure& failure,
                                 const LockTactics& tactics, int attempt) {
  if (is_worth_retrying(failure, tactics, attempt)) return;
  if (failure.statement == ScriptMessage::kOurs) throw own_statement_error(failed, database, failure.server);
  if (&failed == &script) {
    throw script_error(script, failure,
                       {code_of_script_failure(failure.server.sqlstate),
                        "everything the script did was rolled back; scripts before it stay applied",
                        advice_after(failure, tactics)});
  }
  throw script_error(
      failed, failure,
      {code_of_script_failure(failure.server.sqlstate),
       fmt::format("{} was rolled back with it; scripts before it stay applied", script.source.path),
       fmt::format("Correct the callback and run again; it goes on with {}.", script.source.path)});
}

}  // namespace

Surroundings surroundings_of(const ScriptJob& job, const ExecutorSettings& settings, Database& database,
                             const LockTactics& tactics, int attempt, const std::string& marker) {
  const Session& session = database.session();
  const Lease* lease = database.lease();
  Surroundings around = transaction_around(settings, database, tactics, attempt);
  // Whoever waits for the lock reads in pg_stat_activity which script it is.
  around.before.front().insert(0, script_comment(job.script.source.path) + " ");
  if (lease != nullptr) around.before.push_back(lease->history_check());
  around.before.push_back("SET LOCAL windlass.tx = " + session.quote(marker));
  for (const auto& statement : job.also) around.after.push_back(statement);
  around.after.push_back(
      insert_history_row(session, settings.history, job.row, SinceTransactionBegan{}, marker));
  if (lease != nullptr) append(around.after, lease->after_rows());
  around.after.push_back("COMMIT");
  return around;
}

std::vector<std::string> session_statements(const ExecutorSettings& settings, const Session& session,
                                            Scope scope, const TimeLimits& limits) {
  const std::string_view local = scope == Scope::kTransaction ? "LOCAL " : "";
  const std::string_view check_local = session.is_shared() ? "LOCAL " : "";
  // Settings of an earlier script do not reach this one.
  std::vector<std::string> statements{"RESET ALL", "RESET ROLE"};
  if (session.is_shared()) statements = clean_slate_statements();
  if (session.server_major() >= 14 && (session.is_shared() || !session.took_options()))
    statements.push_back(fmt::format("SET {}client_connection_check_interval = '1s'", check_local));
  statements.push_back(fmt::format("SET {}lock_timeout = {}", local, limits.lock_timeout.count()));
  statements.push_back(fmt::format("SET {}statement_timeout = {}", local, limits.statement_timeout.count()));
  // The role's would end a script that takes its time; statement-timeout and deadline are the run's limits.
  if (session.server_major() >= 17) statements.push_back(fmt::format("SET {}transaction_timeout = 0", local));
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
  blocked_by_.clear();
  if (database_.lease() != nullptr) database_.lease()->note_script(job.script.source.path);
  if (job.script.mode == migrations::RunMode::kStepwise) {
    const Milliseconds took = Stepwise(*this, job).run();
    last_rank_.reset();
    return took;
  }
  return run_in_transaction(job);
}

Milliseconds Executor::run_in_transaction(const ScriptJob& job) {
  const auto began = clock_.now();
  const bool alone = job.callbacks == nullptr || job.callbacks->empty();
  const LockTactics tactics(job.script, lock_budget(), alone ? Limits::kByStatement : Limits::kUniform);
  const RunEnd end =
      run_attempts(job.script, tactics, [&](const LockTactics& now, int attempt, const RunWatch& watch) {
        return send(job, now, attempt, watch);
      });
  if (end == RunEnd::kLost) settle_lost_commit(job, "its history row is not there, so it was rolled back");
  ++*last_rank_;
  return elapsed(clock_, began);
}

RunEnd Executor::run_attempts(const migrations::PreparedScript& script, LockTactics tactics,
                              const Send& send) {
  const auto began = clock_.now();
  const std::string& path = script.source.path;
  std::vector<OtherSession> blockers;
  int attempt = 0;  // that was made; a round without one still counts against the retries
  bool in_vain = false;
  for (int round = 0;; ++round) {
    const Milliseconds next_pause = drawn_pause(round);
    const bool last = round >= settings_.retries || deadline_.left() <= next_pause;
    if (!in_vain || last) {
      RunMonitor monitor(database_, path, tactics.first_limits(attempt).lock_timeout);
      const RunWatch watch{clock_, stop_, deadline_, [&](Milliseconds running) { monitor.look(running); }};
      const auto [result, failed] = send(tactics, attempt, watch);
      if (result.end == RunEnd::kLost)
        log::warning(last_words(path, result.failure ? result.failure->server : ServerMessage()));
      if (result.end == RunEnd::kDone || result.end == RunEnd::kLost) return result.end;
      if (result.end == RunEnd::kStopped) throw stopped_error(script, result.deadline_passed, deadline_);
      if (is_refusal_of_prelude(*result.failure)) {
        log::debug(fmt::format("no tables are locked in advance: {}", result.failure->server.message));
        tactics.give_up_prelude();
        continue;
      }
      throw_unless_worth_retrying(database_, script, *failed, *result.failure, tactics, attempt++);
      if (!monitor.blocked_by().empty()) blockers = monitor.blocked_by();
      if (last) {
        blocked_by_ = blockers;
        throw no_lock_error(script, *result.failure, attempt, elapsed(clock_, began), blockers);
      }
      log::info(fmt::format("{} gave way ({}), attempt {} in {} (at most {} more)", path,
                            result.failure->server.message, attempt + 1, format_duration(next_pause),
                            settings_.retries - round));
    }
    in_vain = pause(path, next_pause, blockers);
  }
}

bool Executor::pause(const std::string& path, Milliseconds pause, const std::vector<OtherSession>& blockers) {
  const Prospect prospect = pause_before_retry(database_, blockers, pause, clock_, stop_);
  if (stop_.requested()) throw Error(ExitCode::kTerminated, "stopped before " + path + " was tried again");
  if (prospect != Prospect::kInVain) return false;
  const auto& first = blockers.front();
  log::info(fmt::format(
      "{} makes no attempt while the transaction of {} is open", path,
      first.backend == 0 ? "'" + first.application + "'" : "process " + std::to_string(first.backend)));
  return true;
}

LockBudget Executor::lock_budget() {
  Session& session = database_.session();
  return {settings_.lock_timeout, settings_.statement_timeout, session.greeting().deadlock_timeout,
          session.server_major()};
}

SequenceResult Executor::send(const ScriptJob& job, const LockTactics& tactics, int attempt,
                              const RunWatch& watch) {
  static const CallbacksAround kNone;
  const auto around =
      surroundings_of(job, settings_, database_, tactics, attempt, marker_of(last_rank(), attempt));
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
  const LockTactics uniform(callbacks.front(), lock_budget(), Limits::kUniform);
  const auto send = [&](const LockTactics& tactics, int attempt, const RunWatch& watch) {
    Surroundings around = transaction_around(settings_, database_, tactics, attempt);
    around.after.insert(around.after.end(), after.begin(), after.end());
    around.after.push_back("COMMIT");
    return send_scripts(database_.session(), callbacks, around, watch);
  };
  if (run_attempts(callbacks.front(), uniform, send) == RunEnd::kLost)
    throw lost_connection("running the callback " + callbacks.front().source.path);
}

void Executor::run_callback_stepwise(const migrations::PreparedScript& callback) {
  Session& session = database_.session();
  set_up_session();
  RunMonitor monitor(database_, callback.source.path, settings_.lock_timeout);
  const RunWatch watch{clock_, stop_, deadline_, [&](Milliseconds running) { monitor.look(running); }};
  for (std::size_t i = 0; i < callback.statements.size(); ++i) {
    if (callback.skipped[i]) continue;
    const std::vector<bool> skipped = all_but(callback, i);
    ScriptMessages messages(callback.replaced, callback.statements, skipped, {});
    const RunResult result = run_messages(session, messages, watch);
    if (result.end == RunEnd::kLost) throw lost_connection("running the callback " + callback.source.path);
    if (result.end == RunEnd::kStopped) throw stopped_error(callback, result.deadline_passed, deadline_);
    if (result.end != RunEnd::kFailed) continue;
    throw script_error(
        callback, *result.failure,
        {code_of_script_failure(result.failure->server.sqlstate),
         "the callback's statements before it took effect", "Correct the callback and run again."});
  }
}

void Executor::set_up_session() {
  const auto setup = session_statements(settings_, database_.session(), Scope::kSession,
                                        limits_of(sql::LockClass::kNone, lock_budget(), 0));
  database_.session().execute("setting up the session", join(setup, ";"));
}

std::string Executor::marker_of(int last_rank, int attempt) const {
  return fmt::format("{}/{}/{}", settings_.run_id, last_rank, attempt);
}

void Executor::settle_lost_commit(const ScriptJob& job, std::string_view without_row) {
  last_rank();
  reconnect_to_settle(database_, job.script.source.path);
  throw_unless_committed(job, without_row);
}

void Executor::throw_unless_committed(const ScriptJob& job, std::string_view without_row) {
  const auto row = database_.session().query_value(
      "looking for the history row of " + job.script.source.path,
      "SELECT 1 FROM " + settings_.history.quoted() +
          " WHERE \"installed_rank\" > $1 AND \"script\" = $2 AND \"success\"",
      {std::to_string(*last_rank_), abbreviated_script(job.row.script)});
  if (row) {
    log::info(fmt::format("{} was committed: its history row is there", job.script.source.path));
    return;
  }
  throw Error(ExitCode::kTransient,
              fmt::format("the connection was lost during {}; {}", job.script.source.path, without_row),
              "Run again; it goes on with this script.");
}

std::size_t Executor::run_batch(std::span<const ScriptJob> jobs, const BatchEvents& events) {
  last_rank();
  return Batch(*this, jobs, events).run();
}

bool Executor::may_batch() const {
  // Behind a pooler the next transaction may be another server's.
  const Session& session = database_.session();
  return settings_.batches && database_.lease() == nullptr && session.server_process() == session.backend();
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
