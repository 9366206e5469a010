#include "hook/database/script_run.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <future>
#include <memory>
#include <utility>

#include "core/base/log.hpp"
#include "hook/database/answer_limit.hpp"
#include "hook/database/cancel.hpp"
#include "hook/database/failure_meaning.hpp"
#include "hook/database/result.hpp"

namespace windlass::hook {
namespace {

class MessageRun {
 public:
  MessageRun(Session& session, const ScriptMessages& script, const RunWatch& watch)
      : connection_(session.raw()), text_(script.text()), statements_(script.statements()), watch_(watch) {}

  RunResult run(const ScriptMessage& message) {
    message_ = &message;
    next_result_ = 0;
    if (PQsendQuery(connection_, message.sent().data()) != 1) return lost();
    PQsetSingleRowMode(connection_);  // else a SELECT of ten million rows would be held whole
    sent_ = watch_.clock.now();
    while (true) {
      if (!wait_for_result()) {
        hear_last_words();
        return lost();
      }
      const Result result(PQgetResult(connection_));
      if (!result) break;
      take(result.get());
    }
    // A request that is still under way would hit what comes next.
    if (cancelling_.valid()) cancelling_.wait_for(kAnswerGrace);
    if (PQstatus(connection_) == CONNECTION_BAD) return lost();
    // A cancel that came after the last statement stopped nothing.
    if (result_.end == RunEnd::kStopped && !result_.failure) result_ = {};
    return std::move(result_);
  }

  // Leaves the transaction that a failure left open.
  RunResult leave(RunResult result) {
    if (PQstatus(connection_) != CONNECTION_BAD && PQtransactionStatus(connection_) != PQTRANS_IDLE) {
      const Result rolled_back(PQexec(connection_, "ROLLBACK"));
      if (PQresultStatus(rolled_back.get()) != PGRES_COMMAND_OK) return lost();
    }
    return result;
  }

 private:
  // The server says why it ends a session; what it said is in libpq's buffer still.
  void hear_last_words() {
    const Result result(PQgetResult(connection_));
    if (result && PQresultStatus(result.get()) == PGRES_FATAL_ERROR) note_failure(result.get());
  }

  RunResult lost() const {
    if (result_.failure && !result_.failure->server.sqlstate.empty()) {
      const ServerMessage& last = result_.failure->server;
      log::warning(fmt::format("the server ended the session: {} (SQLSTATE {}). {}", last.message,
                               last.sqlstate, meaning_of_failure(last.sqlstate).hint));
    }
    RunResult result;
    result.end = RunEnd::kLost;
    result.failure = result_.failure;  // a server that ends a session says why, unless it was killed
    return result;
  }

  // False when the connection broke.
  bool wait_for_result() {
    constexpr int kTick = 50;
    while (PQisBusy(connection_) == 1) {
      std::array<pollfd, 2> waited{pollfd{PQsocket(connection_), POLLIN, 0},
                                   pollfd{cancelled_ ? -1 : watch_.stop.descriptor(), POLLIN, 0}};
      poll(waited.data(), waited.size(), kTick);
      if (waited[0].revents != 0 && PQconsumeInput(connection_) != 1) return false;
      if (!cancelled_ && (watch_.stop.requested() || watch_.deadline.passed())) cancel();
      if (waited[0].revents == 0 && !cancelled_ && watch_.on_wait)
        watch_.on_wait(elapsed(watch_.clock, sent_));
    }
    return true;
  }

  // Asks the server to give the statement up; its answer is then waited for like any other.
  void cancel() {
    cancelled_ = true;
    result_.end = RunEnd::kStopped;
    result_.deadline_passed = !watch_.stop.requested();
    cancelling_ = send_cancel(connection_);
  }

  void take(PGresult* result) {
    switch (PQresultStatus(result)) {
      case PGRES_COPY_IN: send_copy_rows(); return;  // its own result follows
      case PGRES_COPY_OUT: skip_copy_out(); return;
      case PGRES_SINGLE_TUPLE: return;  // the statement's own result comes behind its last row
      case PGRES_FATAL_ERROR:
      case PGRES_BAD_RESPONSE: note_failure(result); return;
      default: ++next_result_;
    }
  }

  std::size_t current_statement() const {
    return next_result_ < message_->statements.size() ? message_->statements[next_result_]
                                                      : ScriptMessage::kOurs;
  }

  void send_copy_rows() {
    const std::size_t index = current_statement();
    PQsetnonblocking(connection_, 1);
    bool sent = true;
    if (index != ScriptMessage::kOurs) {
      const sql::Statement& statement = statements_[index];
      text_.read(statement.copy_offset, statement.copy_length,
                 [&](std::string_view piece) { return sent = send_piece(piece); });
    }
    PQsetnonblocking(connection_, 0);
    if (sent) PQputCopyEnd(connection_, nullptr);
  }

  // False when no more is to be sent: the connection broke, or the run is to stop.
  bool send_piece(std::string_view rows) {
    constexpr std::size_t kPiece = std::size_t{64} << 10U;
    for (; !rows.empty(); rows.remove_prefix(std::min(kPiece, rows.size()))) {
      const auto piece = rows.substr(0, kPiece);
      if (PQputCopyData(connection_, piece.data(), static_cast<int>(piece.size())) != 1 || !flush())
        return false;
      if (!watch_.stop.requested() && !watch_.deadline.passed()) continue;
      result_.end = RunEnd::kStopped;
      result_.deadline_passed = !watch_.stop.requested();
      cancelled_ = true;
      PQputCopyEnd(connection_, "stopped");
      return false;
    }
    return true;
  }

  // Waits until what was queued is on its way, so that the library's buffer does not grow: the server may be
  // slow, or wait for a lock. False when the connection broke.
  bool flush() {
    constexpr int kTick = 50;
    int left = 0;
    while ((left = PQflush(connection_)) == 1) {
      pollfd waited{PQsocket(connection_), POLLIN | POLLOUT, 0};
      const int ready = poll(&waited, 1, kTick);
      if ((waited.revents & POLLIN) != 0 && PQconsumeInput(connection_) != 1) return false;
      if (ready == 0 && (watch_.stop.requested() || watch_.deadline.passed()))
        return true;  // the caller ends it
      if (ready == 0 && watch_.on_wait) watch_.on_wait(elapsed(watch_.clock, sent_));
    }
    return left == 0;
  }

  void skip_copy_out() {
    char* row = nullptr;
    while (PQgetCopyData(connection_, &row, 0) > 0) PQfreemem(row);
  }

  void note_failure(const PGresult* result) {
    if (result_.failure) return;  // the first error is the one that counts
    StatementFailure failure;
    failure.server = server_message(result);
    failure.offset = source_offset_of(*message_, failure.server.position);
    failure.statement = failing_statement(failure.offset);
    if (result_.end == RunEnd::kDone) result_.end = RunEnd::kFailed;
    result_.failure = std::move(failure);
  }

  // A syntax error comes before any result, so the position decides where there is one.
  std::size_t failing_statement(std::size_t offset) const {
    if (offset == std::string::npos) return current_statement();
    const auto holds = [&](const sql::Statement& s) {
      return offset >= s.offset && offset <= s.offset + s.length;
    };
    const auto found = std::find_if(statements_.begin(), statements_.end(), holds);
    return found == statements_.end() ? current_statement()
                                      : static_cast<std::size_t>(found - statements_.begin());
  }

  PGconn* connection_;
  const migrations::ReplacedText& text_;
  const std::vector<sql::Statement>& statements_;
  const RunWatch& watch_;
  const ScriptMessage* message_ = nullptr;
  std::size_t next_result_ = 0;
  Clock::Instant sent_;
  bool cancelled_ = false;
  std::future<void> cancelling_;
  RunResult result_;
};

}  // namespace

RunResult run_messages(Session& session, ScriptMessages& messages, const RunWatch& watch) {
  for (ScriptMessage message; messages.next(message);) {
    MessageRun run(session, messages, watch);
    RunResult result = run.run(message);
    if (result.end != RunEnd::kDone) return run.leave(std::move(result));
  }
  return {};
}

RunResult run_statement(Session& session, const std::string& statement, const RunWatch& watch) {
  const migrations::ReplacedText no_text;
  const std::vector<sql::Statement> no_statements;
  const std::vector<bool> none_skipped;
  ScriptMessages messages(no_text, no_statements, none_skipped, {{statement}, {}});
  return run_messages(session, messages, watch);
}

}  // namespace windlass::hook
