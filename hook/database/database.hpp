// The database of one run: its main session with the lock, a second one to look from outside, and how to come
// back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hook/database/advisory_lock.hpp"
#include "hook/database/answer_limit.hpp"
#include "hook/database/connect.hpp"
#include "hook/database/history_table.hpp"
#include "hook/database/lease.hpp"
#include "hook/database/pooler.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// Who runs, for a lease.
struct Runner {
  std::string run_id = "00000000-0000-0000-0000-000000000000";
  std::string phase;
  std::string name;  // of pod or host
  Milliseconds lease_duration{30'000};
};

class Database {
 public:
  // Connects; throws as connect() does. `application` names the sessions to others. No answer is waited for
  // longer than kAnswerGrace beyond the deadline or a stop request: the session counts as lost then. Behind a
  // pooler in transaction mode the session is a shared one; Error(kConfiguration) behind one in statement
  // mode.
  Database(ConnectionTarget target, std::string application, Milliseconds connect_limit, const Clock& clock,
           const StopSignal& stop, const Deadline& deadline, Runner runner = {});

  Session& session() { return session_; }
  // A second session, opened by the first call that asks for it; null when it cannot be had (no connection
  // free, say): what it is for, naming blockers and showing progress, is then left out.
  Session* monitor();
  // For a child process that is to work on the server of the main session.
  ConnectionTarget target() const { return same_server(target_, session_); }
  Pooling pooling() const { return pooling_; }

  // From here on the session, or where it is shared each of its transactions, is read-only.
  void make_read_only();

  // Takes the runner's lock of `history`: that of the session or, where it is shared, a lease, but none for a
  // run that is read-only. Throws as AdvisoryLock does. Held until the end.
  void lock(const HistoryTableName& history, Milliseconds limit);

  // The lease, when that is what this run holds; else null.
  Lease* lease() { return lease_.get(); }
  // The server process that runs this run's script, as `monitor` sees it; 0 when none does.
  int script_process(Session& monitor) const;

  // After a loss: a new session, and the lock again if it was held. It is free only when the old session has
  // ended; a lease is renewed, so that what the old one sends is not committed any more. What is read after
  // this is what that session left. Beyond the deadline it tries no longer than kAnswerGrace.
  void reconnect();
  // After a loss: a new session without the lock, within `limit`, for what is still to be written down.
  void reopen(Milliseconds limit);

 private:
  void limit_answers(const Session& session, std::optional<AnswerLimit>& limit);
  void look_for_pooler();

  ConnectionTarget target_;
  std::string application_;
  Milliseconds connect_limit_;
  const Clock& clock_;
  const StopSignal& stop_;
  const Deadline& deadline_;
  Runner runner_;
  Session session_;
  std::optional<AnswerLimit> session_limit_;
  std::optional<Session> monitor_;
  std::optional<AnswerLimit> monitor_limit_;
  Pooling pooling_ = Pooling::kNone;
  bool read_only_ = false;
  std::optional<HistoryTableName> locked_;
  Milliseconds lock_limit_{};
  std::unique_ptr<AdvisoryLock> lock_;  // after session_: it is let go first
  std::unique_ptr<Lease> lease_;        // the same
};

}  // namespace windlass::hook
