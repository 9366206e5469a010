#include "hook/execute/watched_session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.hpp"
#include "hook/database/script_run.hpp"
#include "hook/execute/lock_ramp.hpp"

namespace windlass::hook {

std::string lift_limits(Session& session) {
  constexpr int kHasTransactionTimeout = 17;
  std::string lift;
  std::string put_back;
  for (const std::string name : {"lock_timeout", "statement_timeout", "transaction_timeout"}) {
    if (name == "transaction_timeout" && session.server_major() < kHasTransactionTimeout) continue;
    const auto limit =
        session.query_value("reading the session's limits", "SELECT pg_catalog.current_setting($1)", {name});
    lift += fmt::format("SET {} = 0;", name);
    put_back += fmt::format("SET {} = {};", name, session.quote(limit.value_or("0")));
  }
  session.execute("lifting the session's limits", lift);
  return put_back;
}

WatchedSession::WatchedSession(Database& database, const Clock& clock, const StopSignal& stop,
                               const Deadline& deadline, int retries)
    : database_(database), clock_(clock), stop_(stop), deadline_(deadline), retries_(retries) {}

Error WatchedSession::ended_early(const std::string& doing) const {
  if (stop_.requested()) return Error(ExitCode::kTerminated, "stopped while " + doing, "Run again.");
  return Error(ExitCode::kTransient,
               fmt::format("the deadline of {} passed while {}", format_duration(deadline_.limit()), doing),
               "Run again, or give the run a longer deadline.");
}

void WatchedSession::run(const std::string& doing, const std::string& sql) const {
  const std::string put_back = lift_limits(session());
  const RunWatch watch{clock_, stop_, deadline_, {}};
  for (int attempt = 0;; ++attempt) {
    const RunResult result = run_statement(session(), sql, watch);
    if (result.end == RunEnd::kLost) throw lost_connection(doing);
    if (result.end == RunEnd::kDone) break;
    if (result.end == RunEnd::kStopped) throw ended_early(doing);
    const Milliseconds pause = pause_after(attempt, 1.0);
    if (!is_lock_failure(result.failure->server.sqlstate) || attempt >= retries_ || deadline_.left() <= pause)
      throw database_error(doing, result.failure->server);
    log::info(fmt::format("{} gave way ({}), again in {}", doing, result.failure->server.message,
                          format_duration(pause)));
    clock_.sleep(pause, stop_);
  }
  session().execute("putting the session's limits back", put_back);
}

void WatchedSession::wait_until(const std::string& what, const std::function<bool()>& is_over) const {
  constexpr Milliseconds kPoll{1'000};
  log::info(fmt::format("{}; waiting up to {}", what, format_duration(deadline_.left())));
  while (!is_over()) {
    if (stop_.requested() || deadline_.passed()) throw ended_early("waiting: " + what);
    clock_.sleep(std::min(kPoll, deadline_.left()), stop_);
  }
}

void finish_detach(const WatchedSession& watched, const std::string& partition) {
  const auto sql = watched.session().query_value(
      "looking for a pending detach",
      "SELECT pg_catalog.format('ALTER TABLE %s DETACH PARTITION %s FINALIZE', "
      "inhparent::pg_catalog.regclass, inhrelid::pg_catalog.regclass) FROM pg_catalog.pg_inherits WHERE "
      "inhrelid = pg_catalog.to_regclass($1)",
      {partition});
  if (!sql) return;
  log::info("completing a detach that was cut off: " + *sql);
  watched.run("completing the detach of " + partition, *sql);
}

}  // namespace windlass::hook
