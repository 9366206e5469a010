// A lease on a history table: what keeps runners apart behind a pooler in transaction mode, where a session's
// lock would belong to nobody.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "hook/database/heartbeat.hpp"
#include "hook/database/lease_table.hpp"

namespace windlass::hook {

// SQLSTATEs of the statements below, each raised by nothing else that we send.
inline constexpr std::string_view kOvertaken = "2201E";       // ln(0)
inline constexpr std::string_view kHistoryChanged = "2201F";  // sqrt(-1)

struct LeaseTerms {
  HistoryTableName history;
  LeaseOwner owner;
  Milliseconds duration;  // without a heartbeat; there is one every third of it
};

// Held from construction to destruction, unless another runner takes it after it has expired. Nothing that
// this runner sends then can be committed: each transaction that changes the database's state locks the
// lease's row and asks for the token, which grows with every owner. The clock that counts is the server's.
class Lease {
 public:
  // Waits as AdvisoryLock does, for a live lease and for a runner with a session's lock. `session` is the
  // shared one that the run works with, `connect` opens another for the heartbeat. Throws as wait_for_lock.
  Lease(Session& session, std::function<Session()> connect, LeaseTerms terms, Milliseconds limit,
        const Clock& clock, const StopSignal& stop);
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  // For the transaction of a script, statements without semicolon. Behind BEGIN and its limits: waits for
  // the key of the session's lock, so that runners that hold it and Flyway are shut out; kOvertaken.
  std::vector<std::string> opening() const;
  // Behind that, where the script gets a row in the history table; kHistoryChanged.
  std::string history_check() const;
  // Before what records the script: locks the lease until COMMIT; kOvertaken.
  std::vector<std::string> closing() const;
  // Behind what records it: what the next history_check() is to find.
  std::vector<std::string> after_rows() const;

  // The same three for a transaction of our own, which `session` has open. Throws Error: kLocked when
  // overtaken, kTransient when somebody else changed the history.
  void check();
  void note_own_rows();
  // The history table's last rank as this run read it, -1 when there is none: it goes on from there.
  void note_history(int last_rank);

  // Which script the heartbeat says is in hand.
  void note_script(const std::string& script);
  // The server process that runs this lease's script now; 0 when none does.
  int script_process(Session& monitor) const;
  // After a lost connection: from here on nothing can be committed that was sent before; what was, is. Throws
  // Error: kLocked when overtaken, since what is found then may be the other runner's.
  void renew();

  // kLocked, naming who has the lease now.
  Error overtaken() const;

 private:
  std::optional<std::string> try_take();
  std::optional<std::string> take(bool overdue);
  std::string who_has_the_key();
  void announce(const LeaseRow& former, std::int64_t token);
  void end_transactions_of(std::int64_t token);
  void beat();
  void renew_expiry();
  void release();
  std::string condition() const;
  std::string last_rank() const;

  Session& session_;
  std::function<Session()> connect_;
  LeaseTerms terms_;
  std::string row_;  // which row is ours, as a condition
  const Clock& clock_;
  const StopSignal& stop_;
  std::atomic<std::int64_t> token_{0};
  std::mutex beating_;            // while the token changes there is no beat
  std::optional<Session> pulse_;  // the heartbeat's
  bool warned_ = false;           // the heartbeat's
  std::mutex script_mutex_;
  std::string script_;                    // in hand
  std::unique_ptr<Heartbeat> heartbeat_;  // last: its thread uses the others
};

}  // namespace windlass::hook
