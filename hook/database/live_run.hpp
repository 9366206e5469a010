// Who holds the runner's lock, and what it is at: from the lock, the run records and the server's own view.
#pragma once

#include <optional>
#include <string>

#include "hook/database/history_table.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// Texts are empty where nothing tells: Flyway leaves no run record, and the statements of other roles are
// hidden from a role without pg_read_all_stats.
struct LiveRun {
  bool by_lease = false;  // it holds a lease behind a pooler, not the session's lock
  int backend = 0;        // of a lease: what runs its script now, 0 when nothing does
  std::string role;
  std::string application;
  std::string address;
  std::string since;      // the session began, or the lease was taken
  std::string heartbeat;  // of a lease: the last one
  std::string run_id;
  std::string phase;
  std::string runner;
  std::string script;     // that a lease has in hand, or whose statement began last when it is run stepwise
  std::string statement;  // its first words, without values
  std::string statement_since;  // as the server prints it
};

std::optional<LiveRun> live_run(Session& session, const HistoryTableName& history);

}  // namespace windlass::hook
