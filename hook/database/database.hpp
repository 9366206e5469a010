// The database of one run: its main session with the lock, a second one to look from outside, and how to come
// back.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "hook/database/advisory_lock.hpp"
#include "hook/database/answer_limit.hpp"
#include "hook/database/connect.hpp"
#include "hook/database/history_table.hpp"
#include "hook/database/pooler.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

class Database {
 public:
  // Connects; throws as connect() does. `application` names the sessions to others. No answer is waited for
  // longer than kAnswerGrace beyond the deadline or a stop request: the session counts as lost then.
  Database(ConnectionTarget target, std::string application, Milliseconds connect_limit, const Clock& clock,
           const StopSignal& stop, const Deadline& deadline);

  Session& session() { return session_; }
  // A second session, opened by the first call that asks for it; null when it cannot be had (no connection
  // free, say): what it is for, naming blockers and showing progress, is then left out.
  Session* monitor();
  // For a child process that is to work on the server of the main session.
  ConnectionTarget target() const { return same_server(target_, session_); }

  // Throws Error(kConfiguration) behind a pooler in transaction mode: what belongs to a session, the lock
  // first of all, would belong to nobody.
  Pooling check_pooling();
  // Takes the runner's lock of `history`; throws as check_pooling and AdvisoryLock do. Held until unlock() or
  // the end.
  void lock(const HistoryTableName& history, Milliseconds limit);
  void unlock() { lock_.reset(); }

  // After a loss: a new session, and the lock again if it was held. It is free only when the old session has
  // ended, so what is read after this is what that session left. Beyond the deadline it tries no longer than
  // kAnswerGrace.
  void reconnect();
  // After a loss: a new session without the lock, within `limit`, for what is still to be written down.
  void reopen(Milliseconds limit);

 private:
  void limit_answers(const Session& session, std::optional<AnswerLimit>& limit);

  ConnectionTarget target_;
  std::string application_;
  Milliseconds connect_limit_;
  const Clock& clock_;
  const StopSignal& stop_;
  const Deadline& deadline_;
  Session session_;
  std::optional<AnswerLimit> session_limit_;
  std::optional<Session> monitor_;
  std::optional<AnswerLimit> monitor_limit_;
  std::optional<HistoryTableName> locked_;
  Milliseconds lock_limit_{};
  std::unique_ptr<AdvisoryLock> lock_;  // after session_: it is let go first
};

}  // namespace windlass::hook
