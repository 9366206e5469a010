#include "hook/execute/stepwise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/catalog.hpp"
#include "hook/database/settled_commit.hpp"
#include "hook/execute/failure_report.hpp"
#include "hook/execute/index_build.hpp"
#include "hook/execute/retry_pause.hpp"
#include "hook/execute/run_monitor.hpp"
#include "hook/execute/settle_intent.hpp"
#include "hook/execute/stepwise_failure.hpp"

namespace windlass::hook {
namespace {

bool is_nameless_index(const sql::StatementClass& statement) {
  return statement.effect == sql::Effect::kCreateIndex && statement.object.empty();
}

}  // namespace

Stepwise::Stepwise(Executor& executor, const ScriptJob& job)
    : executor_(executor),
      job_(job),
      key_{executor.settings_.history.schema, executor.settings_.history.table, job.script.source.path},
      watched_(executor.database_, executor.clock_, executor.stop_, executor.deadline_,
               executor.settings_.retries),
      tactics_(job.script, executor.lock_budget()) {}

Session& Stepwise::session() const { return executor_.database_.session(); }

std::string Stepwise::text(std::size_t index) const { return job_.script.text(index); }

std::string Stepwise::digest(std::size_t index) const { return sha256_hex(text(index)); }

bool Stepwise::shares_transaction(std::size_t index) const {
  const auto& statement = job_.script.classes[index];
  return statement.in_transaction == sql::InTransaction::kAllowed &&
         statement.control == sql::Control::kNone && !refused_in_block_.contains(index);
}

bool Stepwise::is_self_committing(std::size_t index) const {
  return !shares_transaction(index) && job_.script.classes[index].effect == sql::Effect::kOther;
}

const Intent* Stepwise::intent_of(std::size_t index) const {
  const auto found =
      std::find_if(intents_.begin(), intents_.end(), [&](const Intent& x) { return x.statement == index; });
  return found == intents_.end() ? nullptr : &*found;
}

Milliseconds Stepwise::run() {
  refuse_corrupting_build(job_.script, session().server_version());
  const auto began = executor_.clock_.now();
  intents_ = read_intents(session(), key_);
  check_intents();
  if (!intents_.empty()) {
    log::info(
        fmt::format("{} was begun by an earlier run; going on after {} of its {}", job_.script.source.path,
                    std::count_if(intents_.begin(), intents_.end(), [](const Intent& i) { return i.done; }),
                    counted(job_.script.statements.size(), "statement")));
  }
  if (job_.callbacks != nullptr && intents_.empty()) {
    for (const auto& callback : job_.callbacks->before) executor_.run_callback(callback);
  }
  executor_.set_up_session();
  for (std::size_t i = 0; i < job_.script.statements.size(); ++i) {
    if (job_.script.skipped[i]) continue;
    if (is_session_setting(i)) {
      run_session_setting(i);
      continue;
    }
    before_ = {};
    const Intent* intent = intent_of(i);
    if (!(intent != nullptr && (intent->done || is_settled(i, *intent)))) run_statement(i);
    ++done_before_;
  }
  const Milliseconds took = elapsed(executor_.clock_, began);
  record(took);
  return took;
}

void Stepwise::check_intents() const {
  for (const auto& intent : intents_) {
    if (intent.statement < job_.script.statements.size() &&
        digest(intent.statement) == intent.statement_sha256)
      continue;
    throw Error(ExitCode::kPartlyApplied,
                fmt::format("{} is partly applied, and its statement {} is not the one that run {} began",
                            job_.script.source.path, intent.statement + 1, intent.run_id),
                "Put the script's statements back as they were up to there; later ones may change.");
  }
}

bool Stepwise::is_settled(std::size_t index, const Intent& intent) {
  const auto& statement = job_.script.classes[index];
  const Settled settled = settle_intent(session(), statement, intent);
  if (settled.shared_transaction) return false;
  refused_in_block_.insert(index);
  before_ = settled.before;
  if (settled.settlement == Settlement::kUnknown) throw unsettled_error(job_.script, index, intent);
  if (settled.now.presence != ObjectState::Presence::kUnknown)
    log::info(fmt::format("{} was in flight; {} is {} now", statement.command,
                          statement.object.empty() ? "its object" : statement.object, to_text(settled.now)));
  if (settled.settlement != Settlement::kHappened) return false;
  if (statement.effect == sql::Effect::kCreateIndex &&
      IndexBuild(watched_, statement, text(index), before_).is_another())
    return false;
  mark_done(index);
  return true;
}

Stepwise::Ready Stepwise::make_ready(std::size_t index) {
  const auto& statement = job_.script.classes[index];
  if (statement.effect == sql::Effect::kCreateIndex) {
    const std::string sql = text(index);
    const IndexBuild build(watched_, statement, sql, before_);
    if (shares_transaction(index)) {
      build.sweep();
    } else if (build.is_there_or_make_room()) {
      log::info(fmt::format("{}: statement {}: the index is there, valid and the same; nothing to build",
                            job_.script.source.path, index + 1));
      return Ready::kDone;
    }
  }
  if (statement.effect == sql::Effect::kReindex && intent_of(index) != nullptr)
    sweep_reindex(watched_, statement);
  const bool detaches = statement.effect == sql::Effect::kDetachPartition && !shares_transaction(index);
  const bool pending =
      detaches && state_after(session(), statement, {}).presence == ObjectState::Presence::kUnfinished;
  return pending ? Ready::kFinish : Ready::kRun;
}

void Stepwise::run_statement(std::size_t index) {
  const auto& statement = job_.script.classes[index];
  for (int attempt = 0;; ++attempt) {
    const Ready ready = make_ready(index);
    if (!(is_nameless_index(statement) && before_.presence == ObjectState::Presence::kAbsent))
      before_ = state_before(session(), statement);
    write_intent(session(), key_, index, digest(index), executor_.settings_.run_id,
                 shares_transaction(index)   ? std::string(kSharedTransaction)
                 : is_self_committing(index) ? std::string(kSelfCommitting)
                                             : to_text(before_));
    if (ready == Ready::kDone) break;
    if (ready == Ready::kFinish) {
      finish_detach(watched_, statement.object);
      break;
    }
    if (attempt == 0) warn_of(index);
    const RunResult result = send(index, attempt);
    if (result.end == RunEnd::kDone) break;
    if (result.end == RunEnd::kLost) {
      settle_lost(index);
      break;
    }
    if (!was_refused_in_block(index, result)) handle_failure(index, result, attempt);
  }
  if (!shares_transaction(index)) mark_done(index);
  if (statement.effect == sql::Effect::kCreateIndex && !shares_transaction(index))
    IndexBuild(watched_, statement, text(index), before_).analyze();
}

void Stepwise::mark_done(std::size_t index) {
  session().execute("recording progress", intent_done_statement(session(), key_, index));
}

// A SET belongs to its session: a rerun, in another session, needs it again for what comes behind it.
bool Stepwise::is_session_setting(std::size_t index) const {
  const auto& command = job_.script.classes[index].command;
  return command == "SET" || command.starts_with("RESET");
}

void Stepwise::run_session_setting(std::size_t index) {
  const RunResult result = send(index, 0);
  if (result.end == RunEnd::kLost) throw lost_connection("running " + job_.script.source.path);
  if (result.end == RunEnd::kStopped) throw stopped_error(job_.script, index, result);
  if (result.end == RunEnd::kFailed)
    throw statement_error(job_.script, index, result, {done_before_, "", false});
}

void Stepwise::warn_of(std::size_t index) {
  constexpr Milliseconds kOld{30'000};
  try {
    const auto quote = [&](std::string_view text) { return session().quote(text); };
    const std::string warning = tactics_.warning_of(index, quote);
    if (!warning.empty()) session().execute("looking at a table's size", warning);
    if (tactics_.class_of(index) != sql::LockClass::kConcurrent) return;
    for (const auto& holder : snapshot_holders(session(), session().server_process(), kOld)) {
      log::warning(fmt::format("{} may have to wait for {}", job_.script.source.path, holder.to_text()));
    }
  } catch (const DatabaseError& error) {
    if (session().lost()) throw;
    log::debug(error.what());
  }
}

RunResult Stepwise::send(std::size_t index, int attempt) {
  // CONCURRENTLY must not be cut short: a lock_timeout leaves an invalid index behind.
  if (tactics_.class_of(index) != sql::LockClass::kConcurrent) return send_alone(index, attempt);
  const std::string put_back = lift_limits(session());
  const RunResult result = send_alone(index, attempt);
  if (result.end != RunEnd::kLost) session().execute("putting the session's limits back", put_back);
  return result;
}

RunResult Stepwise::send_alone(std::size_t index, int attempt) {
  log::info(fmt::format("{}: statement {} of {}: {}", job_.script.source.path, index + 1,
                        job_.script.statements.size(), job_.script.classes[index].command));
  const std::vector<bool> skipped = all_but(job_.script, index);
  Surroundings around;
  if (shares_transaction(index) && !is_session_setting(index)) {
    around.before = {script_comment(job_.script.source.path) + " BEGIN"};
    for (auto& limit : tactics_.before_alone(index, attempt)) around.before.push_back(std::move(limit));
    around.after = {"RESET ROLE", intent_done_statement(session(), key_, index), "COMMIT"};
  }
  ScriptMessages messages(job_.script.replaced, job_.script.statements, skipped, around);
  const TimeLimits limits = limits_of(tactics_.class_of(index), executor_.lock_budget(), attempt);
  RunMonitor monitor(executor_.database_, job_.script.source.path, limits.lock_timeout);
  const RunWatch watch{executor_.clock_, executor_.stop_, executor_.deadline_,
                       [&](Milliseconds running) { monitor.look(running); }};
  RunResult result = run_messages(session(), messages, watch);
  blockers_ = monitor.blocked_by();
  if (result.end == RunEnd::kLost)
    log::warning(
        last_words(job_.script.source.path, result.failure ? result.failure->server : ServerMessage()));
  return result;
}

bool Stepwise::was_refused_in_block(std::size_t index, const RunResult& result) {
  if (result.end != RunEnd::kFailed || !shares_transaction(index) || result.failure->statement != index)
    return false;
  // "invalid transaction termination" and "cannot run inside a transaction block".
  const std::string& sqlstate = result.failure->server.sqlstate;
  if (sqlstate != "2D000" && sqlstate != "25001") return false;
  log::info(
      fmt::format("statement {} of {} was rolled back, because it cannot run in a transaction ({}); "
                  "running it alone",
                  index + 1, job_.script.source.path, result.failure->server.message));
  refused_in_block_.insert(index);
  return true;
}

// Returns when the statement is to be tried again.
void Stepwise::handle_failure(std::size_t index, const RunResult& result, int attempt) {
  if (result.end == RunEnd::kStopped) {
    clean_up_in_passing(index);
    throw stopped_error(job_.script, index, result);
  }
  const StepwiseAftermath nothing_known{done_before_, "", true};
  if (is_self_committing(index)) throw statement_error(job_.script, index, result, nothing_known);
  const std::string left = clean_up(index);
  withdraw_intent(session(), key_, index);
  const Milliseconds pause = drawn_pause(attempt);
  const bool again = attempt < executor_.settings_.retries && executor_.deadline_.left() > pause;
  if (!gave_way(index, result, attempt) || !again) {
    const Error error = statement_error(job_.script, index, result, {done_before_, left, false});
    if (!is_lock_failure(result.failure->server.sqlstate)) throw error;
    executor_.blocked_by_ = blockers_;
    throw error.with_details(error.details() + blockers_text(blockers_));
  }
  log::info(fmt::format("statement {} of {} gave way ({}), attempt {} of {} in {}", index + 1,
                        job_.script.source.path, result.failure->server.message, attempt + 2,
                        executor_.settings_.retries + 1, format_duration(pause)));
  pause_before_retry(executor_.database_, blockers_, pause, executor_.clock_, executor_.stop_);
}

bool Stepwise::gave_way(std::size_t index, const RunResult& result, int attempt) const {
  const std::string& sqlstate = result.failure->server.sqlstate;
  if (gave_way_to_others(sqlstate)) return true;
  return sqlstate == kCancelled && tactics_.was_cut_short(index, attempt);
}

void Stepwise::settle_lost(std::size_t index) {
  const std::string which = fmt::format("statement {} of {}", index + 1, job_.script.source.path);
  reconnect_to_settle(executor_.database_, which);
  intents_ = read_intents(session(), key_);
  executor_.set_up_session();
  for (std::size_t i = 0; i < index; ++i) {
    if (!job_.script.skipped[i] && is_session_setting(i)) run_session_setting(i);
  }
  const Intent* intent = intent_of(index);
  if (intent == nullptr || !(intent->done || is_settled(index, *intent)))
    throw lost_statement_error(job_.script, index);
  log::info(which + " took effect");
}

// The statement's own error is the one to tell: one of the sweeping is only said.
std::string Stepwise::clean_up(std::size_t index) {
  const auto& statement = job_.script.classes[index];
  try {
    if (statement.effect == sql::Effect::kCreateIndex)
      IndexBuild(watched_, statement, text(index), before_).sweep();
    if (statement.effect == sql::Effect::kReindex) sweep_reindex(watched_, statement);
  } catch (const Error& error) {
    if (session().lost()) throw;
    log::warning(error.what());
  }
  return leftover_text(statement, state_after(session(), statement, before_));
}

// There is no time for a long wait: what cannot be dropped at once is left to the next run.
void Stepwise::clean_up_in_passing(std::size_t index) {
  const auto& statement = job_.script.classes[index];
  if (statement.effect != sql::Effect::kCreateIndex || shares_transaction(index)) return;
  try {
    IndexBuild(watched_, statement, text(index), before_).sweep_within(Milliseconds(5'000));
  } catch (const Error& error) {
    log::info(fmt::format("the next run drops what is left: {}", error.what()));
  }
}

void Stepwise::record(Milliseconds took) {
  executor_.last_rank();  // what a lost commit is settled by
  std::vector<std::string> statements{
      insert_history_row(session(), executor_.settings_.history, job_.row, static_cast<int>(took.count()))};
  statements.insert(statements.end(), job_.also.begin(), job_.also.end());
  statements.push_back(forget_intents_statement(session(), key_));
  try {
    if (job_.callbacks != nullptr && !job_.callbacks->after.empty())
      return executor_.run_in_one_transaction(job_.callbacks->after, statements);
    session().execute("setting up the session", "RESET ALL; RESET ROLE");
    session().execute("recording " + job_.script.source.path, "BEGIN;" + join(statements, ";") + ";COMMIT");
  } catch (const DatabaseError&) {
    if (!session().lost()) throw;
    executor_.settle_lost_commit(
        job_, "its statements took effect and are known to, its history row is not there yet");
  }
}

}  // namespace windlass::hook
