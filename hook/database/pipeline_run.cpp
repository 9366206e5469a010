#include "hook/database/pipeline_run.hpp"

#include <poll.h>

#include <array>
#include <future>
#include <utility>

#include "hook/database/answer_limit.hpp"
#include "hook/database/cancel.hpp"
#include "hook/database/result.hpp"

namespace windlass::hook {
namespace {

class PipelineRun {
 public:
  PipelineRun(PGconn* connection, const RunWatch& watch, const PipelineEvents& events)
      : connection_(connection), watch_(watch), events_(events) {}

  PipelineResult run(const std::vector<PipelineScript>& scripts) {
    if (send(scripts)) read_answers(scripts);
    leave();
    return std::move(result_);
  }

 private:
  // False when the connection broke. What does not fit into the socket now is sent while answers are read:
  // neither side waits for the other with both buffers full.
  bool send(const std::vector<PipelineScript>& scripts) {
    if (PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) != 1) return false;
    for (const auto& script : scripts) {
      for (const auto& statement : script) {
        if (PQsendQueryParams(connection_, statement.text.c_str(), 0, nullptr, nullptr, nullptr, nullptr,
                              0) != 1)
          return false;
      }
      // Else the server keeps its answers until all are done, and nobody knows which script runs.
      if (PQsendFlushRequest(connection_) != 1) return false;
    }
    return PQpipelineSync(connection_) == 1;
  }

  void read_answers(const std::vector<PipelineScript>& scripts) {
    for (std::size_t i = 0; i < scripts.size(); ++i) {
      if (!failed_) {
        began_ = watch_.clock.now();
        events_.begins(i);
      }
      for (const auto& statement : scripts[i]) {
        if (!read_answer(statement)) return;
      }
      if (failed_) continue;
      ++result_.committed;
      events_.committed(i, took_);
    }
    if (wait_for_result()) const Result sync(PQgetResult(connection_));
    // A cancel that came after the last statement stopped nothing.
    if (result_.end == RunEnd::kStopped && result_.committed == scripts.size()) result_.end = RunEnd::kDone;
  }

  // False when the connection broke.
  bool read_answer(const PipelineStatement& statement) {
    while (true) {
      if (!wait_for_result()) return false;
      const Result answer(PQgetResult(connection_));
      if (PQstatus(connection_) == CONNECTION_BAD) return false;
      if (!answer) return true;
      const ExecStatusType status = PQresultStatus(answer.get());
      if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE)
        note_failure(answer.get(), statement.kind);
      if (status == PGRES_TUPLES_OK && statement.kind == PipelineStatement::Kind::kHistoryRow)
        took_ = Milliseconds(std::stoll(rows_of(answer.get()).at(0).at(0).value_or("0")));
    }
  }

  void note_failure(const PGresult* answer, PipelineStatement::Kind kind) {
    if (failed_) return;
    failed_ = true;
    result_.failure = server_message(answer);
    result_.failed_kind = kind;
    if (result_.end == RunEnd::kDone) result_.end = RunEnd::kFailed;
  }

  // False when the connection broke.
  bool wait_for_result() {
    constexpr int kTick = 50;
    while (PQisBusy(connection_) == 1) {
      const int unsent = PQflush(connection_);
      if (unsent < 0) return false;
      const short events = unsent == 1 ? POLLIN | POLLOUT : POLLIN;
      const bool stopping = watch_.stop.requested() || watch_.deadline.passed();
      std::array<pollfd, 2> waited{pollfd{PQsocket(connection_), events, 0},
                                   pollfd{stopping ? -1 : watch_.stop.descriptor(), POLLIN, 0}};
      poll(waited.data(), waited.size(), kTick);
      if ((waited[0].revents & ~POLLOUT) != 0 && PQconsumeInput(connection_) != 1) return false;
      if (stopping && !failed_) cancel();
      if (waited[0].revents == 0 && !stopping && watch_.on_wait)
        watch_.on_wait(elapsed(watch_.clock, began_));
    }
    return true;
  }

  // A cancel between two statements stops nothing, so it is sent again until one has failed.
  void cancel() {
    result_.end = RunEnd::kStopped;
    if (cancelling_.valid() && cancelling_.wait_for(Milliseconds(0)) != std::future_status::ready) return;
    cancelling_ = send_cancel(connection_);
  }

  // Back to one message at a time, outside the transaction that a failure left open.
  void leave() {
    // A request that is still under way would hit what comes next.
    if (cancelling_.valid()) cancelling_.wait_for(kAnswerGrace);
    bool alive = PQstatus(connection_) != CONNECTION_BAD && PQexitPipelineMode(connection_) == 1 &&
                 PQsetnonblocking(connection_, 0) == 0;
    if (alive && PQtransactionStatus(connection_) != PQTRANS_IDLE) {
      const Result rolled_back(PQexec(connection_, "ROLLBACK"));
      alive = PQresultStatus(rolled_back.get()) == PGRES_COMMAND_OK;
    }
    if (!alive) result_.end = RunEnd::kLost;
  }

  PGconn* connection_;
  const RunWatch& watch_;
  const PipelineEvents& events_;
  Clock::Instant began_;
  Milliseconds took_{};
  bool failed_ = false;
  std::future<void> cancelling_;
  PipelineResult result_;
};

}  // namespace

PipelineResult run_pipeline(Session& session, const std::vector<PipelineScript>& scripts,
                            const RunWatch& watch, const PipelineEvents& events) {
  return PipelineRun(session.raw(), watch, events).run(scripts);
}

}  // namespace windlass::hook
