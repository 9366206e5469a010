#include "hook/phases/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/log.hpp"
#include "core/migrations/plan.hpp"
#include "hook/database/database_error.hpp"
#include "hook/database/run_records.hpp"
#include "hook/phases/database_run.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {
namespace {

struct Wanted {
  std::optional<migrations::Version> version;
  std::string digest;

  std::string to_text() const {
    if (digest.empty()) return "version " + version->text();
    return version ? fmt::format("version {} (script set {})", version->text(), digest.substr(0, 12))
                   : "script set " + digest.substr(0, 12);
  }
};

Wanted wanted_of(const Settings& settings) {
  Wanted wanted{migrations::Version::parse(settings.expect_version), settings.expect_digest};
  if (!settings.expect_version.empty() && !wanted.version) {
    throw Error(ExitCode::kConfiguration, "expect-version is no version: " + settings.expect_version,
                "Write digits and dots.");
  }
  if (!wanted.version && wanted.digest.empty()) {
    throw Error(ExitCode::kUsage, "guard needs expect-version or expect-digest",
                "Say what the application needs.");
  }
  return wanted;
}

// The version that the rows give without the scripts, which an application's pod does not have.
std::optional<migrations::Version> applied_version(DatabaseRun& run) {
  if (!history_table_exists(run.session(), run.history)) return std::nullopt;
  const auto rows = read_history(run.session(), run.history);
  return migrations::make_plan({}, rows, {}).current;
}

bool is_satisfied(DatabaseRun& run, const Wanted& wanted, const std::optional<migrations::Version>& current) {
  if (wanted.digest.empty()) return current && *current >= *wanted.version;
  // A database that has moved past this release has its later scripts, and no run with this very set need be
  // known.
  if (wanted.version && current && *current > *wanted.version) return true;
  return was_migrated_with(run.session(), run.history.schema, run.history.table, wanted.digest);
}

struct Sight {
  std::optional<migrations::Version> current;
  bool satisfied = false;
};

// A server that restarts or fails over while a release is rolled out is no reason to fail its pods: a lost
// session is opened again.
Sight look(DatabaseRun& run, const Wanted& wanted, const Deadline& deadline) {
  while (true) {
    try {
      const auto current = applied_version(run);
      return {current, is_satisfied(run, wanted, current)};
    } catch (const DatabaseError& error) {
      if (!run.session().lost() || deadline.passed()) throw;
      log::warning(fmt::format("{}; connecting again", error.what()));
      run.database.reconnect();
    }
  }
}

void guard(DatabaseRun& run) {
  const PhaseContext& context = run.context;
  constexpr Milliseconds kPoll{1'000};
  const Wanted wanted = wanted_of(context.settings);
  const Deadline deadline(context.clock, std::min(context.settings.guard_wait, context.deadline.left()));
  bool said = false;
  while (true) {
    const auto [current, satisfied] = look(run, wanted, deadline);
    if (current) run.context.report.version_to = current->text();
    const std::string now = current ? "at version " + current->text() : "at no version yet";
    if (satisfied) {
      run.context.report.message = fmt::format("the database is {}, {} was asked for", now, wanted.to_text());
      return;
    }
    if (deadline.passed()) {
      throw Error(ExitCode::kTransient,
                  fmt::format("the database is {}, {} was asked for and did not come within {}", now,
                              wanted.to_text(), format_duration(deadline.limit())),
                  "See how the migration of this release ended; the guard passes as soon as it is applied.");
    }
    if (!said) {
      log::info(fmt::format("the database is {}, waiting up to {} for {}", now,
                            format_duration(deadline.limit()), wanted.to_text()));
      said = true;
    }
    context.clock.sleep(std::min(kPoll, std::max(deadline.left(), Milliseconds(1))), context.stop);
    if (context.stop.requested())
      throw Error(ExitCode::kTerminated, "stopped while waiting for the database");
  }
}

}  // namespace

void run_guard(PhaseContext& context) {
  with_database(context, Recording::kNone, [](DatabaseRun& run) { guard(run); });
}

}  // namespace windlass::hook
