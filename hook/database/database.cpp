#include "hook/database/database.hpp"

#include <algorithm>
#include <utility>

#include "core/base/log.hpp"

namespace windlass::hook {

Database::Database(ConnectionTarget target, std::string application, Milliseconds connect_limit,
                   const Clock& clock, const StopSignal& stop, const Deadline& deadline, Runner runner)
    : target_(std::move(target)),
      application_(std::move(application)),
      connect_limit_(connect_limit),
      clock_(clock),
      stop_(stop),
      deadline_(deadline),
      runner_(std::move(runner)),
      session_(connect(target_, application_, connect_limit_, clock_, stop_)) {
  limit_answers(session_, session_limit_);
  look_for_pooler();
}

Session* Database::monitor() {
  constexpr Milliseconds kMonitorLimit{2'000};
  if (monitor_ && !monitor_->lost()) return &*monitor_;
  try {
    monitor_ =
        connect(same_server(target_, session_), application_ + " (monitor)", kMonitorLimit, clock_, stop_);
    limit_answers(*monitor_, monitor_limit_);
    if (session_.is_shared()) monitor_->share();
    return &*monitor_;
  } catch (const Error& error) {
    log::debug(std::string("no second session to watch from: ") + error.what());
    return nullptr;
  }
}

void Database::look_for_pooler() {
  if (!session_.is_pooled()) {
    pooling_ = Pooling::kNone;
    return;
  }
  Session* second = monitor();
  pooling_ = second == nullptr ? Pooling::kTransaction : mode_of_pooler(session_, *second, clock_);
  if (pooling_ == Pooling::kStatement) {
    throw Error(
        ExitCode::kConfiguration,
        "a connection pooler in statement mode stands before the server, and it allows no transactions",
        "Set direct-database-url to a URL that reaches the server past it.");
  }
  if (pooling_ != Pooling::kTransaction) return;
  session_.share();
  session_.greet();  // anew: what other clients have set is not what the role has
  if (monitor_ && !monitor_->in_transaction()) {
    monitor_->share();
  } else {
    monitor_.reset();
  }
}

void Database::make_read_only() {
  read_only_ = true;
  session_.make_transactions_read_only();
  if (session_.is_shared()) return;
  session_.execute("opening a read-only session", "SET default_transaction_read_only = on");
}

void Database::lock(const HistoryTableName& history, Milliseconds limit) {
  locked_ = history;
  lock_limit_ = limit;
  if (!session_.is_shared()) {
    lock_ = std::make_unique<AdvisoryLock>(session_, history, limit, clock_, stop_);
    return;
  }
  if (read_only_) return;
  log::info("a pooler in transaction mode stands before the server: taking a lease instead of a lock");
  const Milliseconds patience = std::min(connect_limit_, runner_.lease_duration / 3);
  // On the heartbeat's thread: of this object only what never changes.
  const auto connect_for_heartbeat = [this, patience] {
    Session session = connect(target_, application_ + " (lease)", patience, clock_, stop_);
    session.share();
    return session;
  };
  lease_ = std::make_unique<Lease>(
      session_, connect_for_heartbeat,
      LeaseTerms{history, {runner_.run_id, runner_.phase, runner_.name, ""}, runner_.lease_duration}, limit,
      clock_, stop_);
}

int Database::script_process(Session& monitor) const {
  return lease_ ? lease_->script_process(monitor) : session_.server_process();
}

void Database::reconnect() {
  const bool was_locked = lock_ != nullptr;
  const auto left = [&] { return std::max(deadline_.left(), kAnswerGrace); };
  reopen(std::min(connect_limit_, left()));
  if (lease_) lease_->renew();
  if (was_locked) lock(*locked_, std::min(lock_limit_, left()));
}

void Database::reopen(Milliseconds limit) {
  lock_.reset();
  session_ = connect(target_, application_, limit, clock_, stop_);
  limit_answers(session_, session_limit_);
  look_for_pooler();
  if (read_only_) make_read_only();
}

void Database::limit_answers(const Session& session, std::optional<AnswerLimit>& limit) {
  limit.emplace(session.socket(), deadline_.left() + kAnswerGrace, stop_);
}

}  // namespace windlass::hook
