// The lock that lets one runner at a time migrate a history table: the very one that Flyway takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "hook/database/history_table.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// 77431708279161 + Java's String.hashCode() of "schema"."table" with its quotation marks (Flyway
// section 5.4).
std::int64_t advisory_lock_key(const HistoryTableName& name);

// Who has the lock.
struct LockHolder {
  int backend = 0;
  std::string role;
  std::string application;
  std::string address;
  std::string since;  // as the server prints it
  std::string
      doing;  // "running V3__x.sql since ...", "idle since ..."; empty when the server does not tell us

  // "process 123 (windlass migrate app-7x, role app, from 10.0.0.7, connected since ..., running V3__x.sql
  // since ...)"
  std::string to_text() const;
};
std::optional<LockHolder> lock_holder(Session& session, std::int64_t key);

// Holds the lock for as long as its session lives. The destructor lets it go.
class AdvisoryLock {
 public:
  // Polls: a waiter that blocks in the server has a snapshot, which would hold up the holder's CREATE INDEX
  // CONCURRENTLY for ever. A live lease is waited for too, an expired one is ended. Throws as wait_for_lock.
  AdvisoryLock(Session& session, const HistoryTableName& name, Milliseconds limit, const Clock& clock,
               const StopSignal& stop);
  ~AdvisoryLock();
  AdvisoryLock(const AdvisoryLock&) = delete;
  AdvisoryLock& operator=(const AdvisoryLock&) = delete;

 private:
  std::optional<std::string> try_take(const HistoryTableName& name);
  void unlock();

  Session& session_;
  std::int64_t key_;
};

}  // namespace windlass::hook
