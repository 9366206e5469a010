// The rows of windlass_lease: who may migrate a history table where no session can hold a lock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/duration.hpp"
#include "hook/database/history_table.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// docs/run-records.md describes it column by column.
inline constexpr std::string_view kLeaseTable = "windlass_lease";

// Who takes a lease.
struct LeaseOwner {
  std::string run_id;
  std::string phase;
  std::string runner;  // pod or host name
  std::string address;
};

// The lease of one history table. Times are the server's, as it prints them.
struct LeaseRow {
  std::int64_t token = 0;
  bool held = false;
  bool expired = false;  // by the server's clock
  std::string run_id;
  std::string phase;
  std::string runner;
  std::string role;
  std::string address;
  std::string script;  // in hand; empty: none
  std::string acquired;
  std::string heartbeat;

  bool is_live() const { return held && !expired; }
  // "migrate of app-7x (run 1f.., role app, from 10.0.0.7, since 2026-01-31 12:00:00+00, with V3__a.sql)".
  std::string owner() const;
};

// Nothing when the table or the row is not there.
std::optional<LeaseRow> read_lease(Session& session, const HistoryTableName& name);

// Makes what is missing of schema, table and row, in the caller's transaction, which has the lock's key. A
// schema that it makes is noted in the row, because the history table is to tell of it.
void create_lease_row(Session& session, const HistoryTableName& name);
// Whether the schema was made for the lease, and no history table has told of it yet.
bool schema_made_for_lease(Session& session, const HistoryTableName& name);

// The same as read_lease with the row locked until the caller's transaction ends.
LeaseRow lock_lease(Session& session, const HistoryTableName& name);
// Gives the row that lock_lease locked to `owner`; returns the new token.
std::int64_t give_lease(Session& session, const HistoryTableName& name, const LeaseOwner& owner,
                        Milliseconds duration);
// Ends the lease if it is held and expired: its runner cannot commit any more. Returns whether it was, after
// tell_of_silent_runner with `verb`.
bool end_expired_lease(Session& session, const HistoryTableName& name, std::string_view verb);
// Says in the log whose lease has ended ("taking over the lease of ..."), and marks that run as lost.
void tell_of_silent_runner(Session& session, const HistoryTableName& name, const LeaseRow& former,
                           std::string_view verb);

std::string lease_table(const HistoryTableName& name);  // quoted

}  // namespace windlass::hook
