#include "hook/execute/stepwise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/catalog.hpp"
#include "hook/execute/failure_report.hpp"
#include "hook/execute/lock_ramp.hpp"
#include "hook/execute/run_monitor.hpp"

namespace windlass::hook {
namespace {

constexpr std::string_view kSettleHint =
    "Look whether the statement took effect, then run: windlass-hook repair --confirm applied:SCRIPT when it "
    "did, "
    "--confirm not-applied:SCRIPT when it did not. After that, migrate goes on.";

std::string settle_hint(const std::string& script) {
  std::string hint(kSettleHint);
  for (auto at = hint.find("SCRIPT"); at != std::string::npos; at = hint.find("SCRIPT"))
    hint.replace(at, 6, script);
  return hint;
}

}  // namespace

Stepwise::Stepwise(Executor& executor, const ScriptJob& job)
    : executor_(executor),
      job_(job),
      key_{executor.settings_.history.schema, executor.settings_.history.table, job.script.source.path} {}

std::string_view Stepwise::text(std::size_t index) const {
  return job_.script.statements[index].text(job_.script.replaced.text);
}

std::string Stepwise::digest(std::size_t index) const { return sha256_hex(text(index)); }

// DO and CALL may commit by themselves, which they can only outside a transaction block.
bool Stepwise::shares_transaction(std::size_t index) const {
  const auto& statement = job_.script.classes[index];
  return statement.in_transaction == sql::InTransaction::kAllowed && statement.command != "CALL" &&
         statement.command != "DO" && statement.control == sql::Control::kNone;
}

Milliseconds Stepwise::run() {
  const auto began = executor_.clock_.now();
  Session& session = executor_.database_.session();
  intents_ = read_intents(session, key_);
  check_intents();
  if (!intents_.empty()) {
    log::info(
        fmt::format("{} was begun by an earlier run; going on after {} of its {}", job_.script.source.path,
                    std::count_if(intents_.begin(), intents_.end(), [](const Intent& i) { return i.done; }),
                    counted(job_.script.statements.size(), "statement")));
  }
  set_up_session();
  for (std::size_t i = 0; i < job_.script.statements.size(); ++i) {
    if (job_.script.skipped[i]) continue;
    if (is_session_setting(i)) {
      run_session_setting(i);
      continue;
    }
    const auto intent =
        std::find_if(intents_.begin(), intents_.end(), [&](const Intent& x) { return x.statement == i; });
    const bool begun = intent != intents_.end();
    if (!(begun && (intent->done || settle(i, *intent) == Settled::kHappened))) run_statement(i);
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

Stepwise::Settled Stepwise::settle(std::size_t index, const Intent& intent) {
  const auto& statement = job_.script.classes[index];
  // A statement that shares its transaction with the progress record was rolled back with it.
  if (shares_transaction(index)) return Settled::kRunAgain;
  const auto state =
      statement.object.empty() ? std::nullopt : index_state(executor_.database_.session(), statement.object);
  switch (statement.effect) {
    case sql::Effect::kCreateIndex:
      if (!statement.object.empty()) {
        log::info(fmt::format("index {} of the interrupted statement is {}", statement.object,
                              !state         ? "not there"
                              : state->valid ? "there and valid"
                                             : "there but invalid"));
        if (state && state->valid) {
          executor_.database_.session().execute(
              "recording progress", intent_done_statement(executor_.database_.session(), key_, index));
          return Settled::kHappened;
        }
        return Settled::kRunAgain;
      }
      break;
    case sql::Effect::kDropIndex:
      if (!statement.object.empty()) return state ? Settled::kRunAgain : Settled::kHappened;
      break;
    case sql::Effect::kReindex:
    case sql::Effect::kVacuum: return Settled::kRunAgain;  // doing it twice is as good as once
    default: break;
  }
  throw Error(
      ExitCode::kPartlyApplied,
      fmt::format("{}: statement {} ({}) was in flight when run {} ended at {}, and the server cannot tell "
                  "whether it took effect",
                  to_string(job_.script.position(job_.script.statements[index].offset)), index + 1,
                  statement.command, intent.run_id, intent.started_at),
      settle_hint(job_.script.source.path));
}

void Stepwise::drop_invalid_index(std::size_t index) {
  const auto& statement = job_.script.classes[index];
  if (statement.effect != sql::Effect::kCreateIndex || statement.object.empty()) return;
  Session& session = executor_.database_.session();
  const auto state = index_state(session, statement.object);
  if (!state || state->valid) return;
  if (state->being_built) {
    throw Error(ExitCode::kTransient, fmt::format("index {} is being built by another session", state->name),
                "Wait until that build has ended, then run again.");
  }
  log::warning(fmt::format("dropping index {}, which an interrupted build left invalid", state->name));
  session.execute("lifting the session's limits", "SET lock_timeout = 0; SET statement_timeout = 0");
  session.execute("dropping the invalid index " + state->name, "DROP INDEX CONCURRENTLY " + state->name);
}

void Stepwise::run_statement(std::size_t index) {
  for (int attempt = 0;; ++attempt) {
    drop_invalid_index(index);
    write_intent(executor_.database_.session(), key_, index, digest(index), executor_.settings_.run_id);
    const RunResult result = send(index);
    if (result.end == RunEnd::kDone) break;
    handle_failure(index, result, attempt);
  }
  Session& session = executor_.database_.session();
  if (!shares_transaction(index)) {
    session.execute("recording progress", intent_done_statement(session, key_, index));
  }
}

// A SET belongs to its session: a rerun, in another session, needs it again for what comes behind it.
bool Stepwise::is_session_setting(std::size_t index) const {
  const auto& command = job_.script.classes[index].command;
  return command == "SET" || command == "RESET";
}

void Stepwise::set_up_session() {
  Session& session = executor_.database_.session();
  std::string setup;
  for (const auto& one :
       session_statements(executor_.settings_, session, Scope::kSession, executor_.settings_.lock_timeout)) {
    setup += one + ";";
  }
  session.execute("setting up the session", setup);
}

void Stepwise::run_session_setting(std::size_t index) {
  const RunResult result = send(index);
  if (result.end == RunEnd::kLost) throw lost_connection("running " + job_.script.source.path);
  if (result.end != RunEnd::kDone) fail(index, result);
}

RunResult Stepwise::send(std::size_t index) {
  // CONCURRENTLY must not be cut short: a lock_timeout leaves an invalid index behind.
  if (job_.script.classes[index].lock != sql::LockClass::kConcurrent) {
    return send_under(index, executor_.settings_.lock_timeout);
  }
  Session& session = executor_.database_.session();
  const auto limits = session.query("reading the session's limits",
                                    "SELECT pg_catalog.current_setting('lock_timeout'), "
                                    "pg_catalog.current_setting('statement_timeout')");
  session.execute("lifting the session's limits", "SET lock_timeout = 0; SET statement_timeout = 0");
  const RunResult result = send_under(index, Milliseconds(0));
  if (result.end != RunEnd::kLost) {
    session.execute("putting the session's limits back",
                    fmt::format("SET lock_timeout = {}; SET statement_timeout = {}",
                                session.quote(*limits[0][0]), session.quote(*limits[0][1])));
  }
  return result;
}

RunResult Stepwise::send_under(std::size_t index, Milliseconds lock_timeout) {
  Session& session = executor_.database_.session();
  log::info(fmt::format("{}: statement {} of {}: {}", job_.script.source.path, index + 1,
                        job_.script.statements.size(), job_.script.classes[index].command));
  std::vector<bool> skipped(job_.script.statements.size(), true);
  skipped[index] = false;
  Surroundings around;
  if (shares_transaction(index) && !is_session_setting(index)) {
    around.before = {"BEGIN"};
    around.after = {"RESET ROLE", intent_done_statement(session, key_, index), "COMMIT"};
  }
  const auto messages =
      script_messages(job_.script.replaced.text, job_.script.statements, skipped, around, kMessageLimit);
  RunMonitor monitor(executor_.database_, job_.script.source.path, lock_timeout);
  const RunWatch watch{executor_.clock_, executor_.stop_, executor_.deadline_,
                       [&](Milliseconds running) { monitor.look(running); }};
  return run_messages(session, messages, job_.script.replaced.text, job_.script.statements, watch);
}

// Returns when the statement is to be tried again.
void Stepwise::handle_failure(std::size_t index, const RunResult& result, int attempt) {
  if (result.end == RunEnd::kLost) {
    throw Error(
        ExitCode::kTransient,
        fmt::format("the connection was lost during statement {} of {}", index + 1, job_.script.source.path),
        "Run again; it looks at what the statement left and goes on.");
  }
  drop_invalid_index(index);
  withdraw_intent(executor_.database_.session(), key_, index);
  const bool gave_way = result.end == RunEnd::kFailed && is_lock_failure(result.failure->server.sqlstate);
  const Milliseconds pause = pause_after(attempt, 1.0);
  if (!gave_way || attempt >= executor_.settings_.retries || executor_.deadline_.left() <= pause)
    fail(index, result);
  log::info(fmt::format("statement {} of {} gave way ({}), attempt {} of {} in {}", index + 1,
                        job_.script.source.path, result.failure->server.message, attempt + 2,
                        executor_.settings_.retries + 1, format_duration(pause)));
  executor_.clock_.sleep(pause, executor_.stop_);
}

void Stepwise::fail(std::size_t index, const RunResult& result) {
  if (result.end == RunEnd::kStopped) {
    throw Error(result.deadline_passed ? ExitCode::kTransient : ExitCode::kTerminated,
                fmt::format("{} during statement {} of {}; it was cancelled",
                            result.deadline_passed ? "the deadline passed" : "stopped", index + 1,
                            job_.script.source.path),
                "Run again; it goes on with that statement.");
  }
  Aftermath aftermath{code_of_script_failure(result.failure->server.sqlstate),
                      "the statement left nothing behind", "Correct the script and run again."};
  if (done_before_ > 0) {
    if (aftermath.code == ExitCode::kScriptFailed) aftermath.code = ExitCode::kPartlyApplied;
    aftermath.state =
        fmt::format("the {} before it took effect and cannot be rolled back; the failed one left nothing",
                    counted(done_before_, "statement"));
    aftermath.next =
        "Correct the failed statement, leave those before it as they are, and run again; it goes on there.";
  }
  throw script_error(job_.script, *result.failure, aftermath);
}

void Stepwise::record(Milliseconds took) {
  Session& session = executor_.database_.session();
  session.execute("setting up the session", "RESET ALL; RESET ROLE");
  std::string sql =
      "BEGIN;" +
      insert_history_row(session, executor_.settings_.history, job_.row, static_cast<int>(took.count())) +
      ";";
  for (const auto& statement : job_.also) sql += statement + ";";
  sql += forget_intents_statement(session, key_) + ";COMMIT";
  session.execute("recording " + job_.script.source.path, sql);
}

}  // namespace windlass::hook
