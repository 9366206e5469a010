#include "hook/database/bounded_query.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include "hook/database/result.hpp"

namespace windlass::hook {
namespace {

enum class Answer { kComplete, kLate };

struct Answers {
  Rows rows;
  std::optional<ServerMessage> failure;  // the first
};

void take(const PGresult* result, Answers& answers) {
  if (PQresultStatus(result) == PGRES_TUPLES_OK) answers.rows = rows_of(result);
  const bool failed =
      PQresultStatus(result) == PGRES_FATAL_ERROR || PQresultStatus(result) == PGRES_BAD_RESPONSE;
  if (!failed || answers.failure) return;
  answers.failure = server_message(result);
}

Answer await(PGconn* connection, const Deadline& deadline, Answers& answers) {
  constexpr int kTick = 20;
  while (true) {
    while (PQisBusy(connection) == 1) {
      if (deadline.passed()) return Answer::kLate;
      pollfd waited{PQsocket(connection), POLLIN, 0};
      poll(&waited, 1, kTick);
      // What came before a connection broke is still read: it says why.
      if (waited.revents != 0 && PQconsumeInput(connection) != 1) break;
    }
    const Result result(PQgetResult(connection));
    if (!result) break;
    take(result.get(), answers);
  }
  return Answer::kComplete;
}

void leave_transaction(PGconn* connection, const Deadline& deadline) {
  Answers ignored;
  if (PQstatus(connection) != CONNECTION_BAD && PQtransactionStatus(connection) != PQTRANS_IDLE &&
      PQsendQuery(connection, "ROLLBACK") == 1) {
    await(connection, deadline, ignored);
  }
}

}  // namespace

std::optional<Rows> query_within(Session& session, std::string_view doing, const std::string& sql,
                                 Milliseconds limit, const Clock& clock) {
  PGconn* connection = session.raw();
  const Deadline deadline(clock, limit);
  Answers answers;
  if (PQsendQuery(connection, sql.c_str()) != 1) throw lost_connection(doing);
  if (await(connection, deadline, answers) == Answer::kLate) return std::nullopt;
  if (!answers.failure) return std::move(answers.rows);
  leave_transaction(connection, deadline);
  if (answers.failure->sqlstate.empty()) throw lost_connection(doing);
  throw database_error(doing, *answers.failure);
}

bool finish_query(Session& session, Milliseconds limit, const Clock& clock) {
  Answers ignored;
  return await(session.raw(), Deadline(clock, limit), ignored) == Answer::kComplete;
}

}  // namespace windlass::hook
