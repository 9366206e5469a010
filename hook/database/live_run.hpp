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
  int backend = 0;
  std::string role;
  std::string application;
  std::string address;
  std::string since;
  std::string run_id;
  std::string phase;
  std::string runner;
  std::string script;           // of the statement that it began last, when its script is run stepwise
  std::string statement;        // its first words, without values
  std::string statement_since;  // as the server prints it
};

std::optional<LiveRun> live_run(Session& session, const HistoryTableName& history);

}  // namespace windlass::hook
