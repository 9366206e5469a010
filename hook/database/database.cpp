#include "hook/database/database.hpp"

#include <algorithm>
#include <utility>

#include "core/base/log.hpp"

namespace windlass::hook {

Database::Database(ConnectionTarget target, std::string application, Milliseconds connect_limit,
                   const Clock& clock, const StopSignal& stop, const Deadline& deadline)
    : target_(std::move(target)),
      application_(std::move(application)),
      connect_limit_(connect_limit),
      clock_(clock),
      stop_(stop),
      deadline_(deadline),
      session_(connect(target_, application_, connect_limit_, clock_, stop_)) {
  limit_answers(session_, session_limit_);
}

Session* Database::monitor() {
  constexpr Milliseconds kMonitorLimit{2'000};
  if (monitor_ && !monitor_->lost()) return &*monitor_;
  try {
    monitor_ =
        connect(same_server(target_, session_), application_ + " (monitor)", kMonitorLimit, clock_, stop_);
    limit_answers(*monitor_, monitor_limit_);
    return &*monitor_;
  } catch (const Error& error) {
    log::debug(std::string("no second session to watch from: ") + error.what());
    return nullptr;
  }
}

Pooling Database::check_pooling() {
  const Pooling pooling = pooling_of(session_, [this] { return monitor(); });
  if (pooling != Pooling::kTransaction) return pooling;
  throw Error(
      ExitCode::kConfiguration,
      "a connection pooler in transaction mode stands before the server, and the lock of a run belongs to a "
      "session",
      "Give the run a URL that reaches the server directly, or a pooler in session mode.");
}

void Database::lock(const HistoryTableName& history, Milliseconds limit) {
  check_pooling();
  lock_ = std::make_unique<AdvisoryLock>(session_, history, limit, clock_, stop_);
  locked_ = history;
  lock_limit_ = limit;
}

void Database::reconnect() {
  const bool was_locked = lock_ != nullptr;
  const auto left = [&] { return std::max(deadline_.left(), kAnswerGrace); };
  reopen(std::min(connect_limit_, left()));
  if (was_locked) lock(*locked_, std::min(lock_limit_, left()));
}

void Database::reopen(Milliseconds limit) {
  lock_.reset();
  session_ = connect(target_, application_, limit, clock_, stop_);
  limit_answers(session_, session_limit_);
}

void Database::limit_answers(const Session& session, std::optional<AnswerLimit>& limit) {
  limit.emplace(session.socket(), deadline_.left() + kAnswerGrace, stop_);
}

}  // namespace windlass::hook
