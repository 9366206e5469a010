#include "hook/phases/preflight.hpp"

#include <fmt/format.h>

#include <memory>

#include "core/base/text.hpp"
#include "hook/database/catalog.hpp"
#include "hook/database/other_sessions.hpp"
#include "hook/phases/callbacks.hpp"
#include "hook/phases/checks.hpp"
#include "hook/phases/decide.hpp"
#include "hook/phases/migration_run.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {
namespace {

constexpr int kOldestServer = 12;
constexpr int kNewestServer = 18;

class Preflight {
 public:
  explicit Preflight(DatabaseRun& run) : run_(run), checks_(run.context.report) {}

  void go() {
    checks_.run("server", [&] { check_server(); });
    checks_.run("pooler", [&] { check_pooler(); });
    checks_.run("writable", [&] { check_writable(); });
    checks_.run("history", [&] { read_state(); });
    checks_.run("permissions", [&] { check_permissions(); });
    checks_.run("environment", [&] { check_recorded_environment(); });
    checks_.run("scripts", [&] { check_scripts(); });
    checks_.run("long-transactions", [&] { look_for_long_transactions(); });
    checks_.run("runners", [&] { look_for_runners(); });
    checks_.throw_if_failed("preflight");
    run_.context.report.message =
        fmt::format("ready: {} pending", counted(run_.context.report.pending, "script"));
  }

 private:
  void check_server() {
    const int major = run_.session().server_major();
    const std::string text =
        fmt::format("PostgreSQL {}.{} at {}, database {}", major, run_.session().server_version() % 10000,
                    run_.session().address(), run_.session().database());
    if (major < kOldestServer) {
      throw Error(ExitCode::kConfiguration,
                  fmt::format("{}: older than {}, the oldest supported", text, kOldestServer),
                  "Upgrade the server first.");
    }
    if (major > kNewestServer) {
      checks_.warn("server", fmt::format("{}: newer than {}, the newest this version was tested with", text,
                                         kNewestServer));
      return;
    }
    checks_.pass("server", text);
  }

  void check_pooler() {
    switch (run_.database.pooling()) {
      case Pooling::kSession: return checks_.pass("pooler", "a pooler in session mode");
      case Pooling::kTransaction:
        return checks_.warn(
            "pooler",
            "a pooler in transaction mode: a lease keeps runners apart, and scripts that need a "
            "session are refused; set direct-database-url to reach the server past it");
      default: checks_.pass("pooler", "none seen");
    }
  }

  void check_writable() {
    if (in_recovery(run_.session())) {
      throw Error(ExitCode::kTransient, "the server is a standby (in recovery)",
                  "Connect to the primary, for example with target_session_attrs=read-write.");
    }
    if (is_read_only(run_.session())) {
      throw Error(ExitCode::kTransient, "the session is read-only",
                  "Check default_transaction_read_only of the server, the database and the role.");
    }
    checks_.pass("writable", "takes writes");
  }

  void read_state() {
    database_ = read_database_state(run_);
    if (!database_->history_exists) {
      checks_.pass("history", run_.history.quoted() + " does not exist yet");
      return;
    }
    checks_.pass("history",
                 fmt::format("{} with {}", run_.history.quoted(), counted(database_->rows.size(), "row")));
  }

  void check_permissions() {
    if (!database_) return checks_.skip("permissions", "the state is not known");
    if (!database_->missing_schemas.empty() && !may_create_in_database(run_.session())) {
      throw Error(ExitCode::kNotPermitted,
                  fmt::format("role {} may not create schema {}", run_.session().user(),
                              join(database_->missing_schemas, ", ")),
                  "Grant it CREATE on the database, or create the schema beforehand.");
    }
    const auto& missing = database_->missing_schemas;
    for (const auto& schema : database_->schemas) {
      if (std::find(missing.begin(), missing.end(), schema) != missing.end()) continue;
      if (may_create_in_schema(run_.session(), schema)) continue;
      throw Error(ExitCode::kNotPermitted,
                  fmt::format("role {} may not create in schema {}", run_.session().user(), schema),
                  fmt::format("GRANT CREATE ON SCHEMA {} TO {}.", schema, run_.session().user()));
    }
    checks_.pass("permissions", fmt::format("role {} may create in {}", run_.session().user(),
                                            join(database_->schemas, ", ")));
  }

  void check_recorded_environment() {
    if (!database_) return checks_.skip("environment", "the state is not known");
    check_environment(run_, *database_);
    const std::string& wanted = run_.context.settings.environment;
    if (wanted.empty()) return checks_.skip("environment", "no environment was asked for");
    checks_.pass("environment", database_->environment
                                    ? "is " + wanted
                                    : "none is recorded yet, the first migrate records " + wanted);
  }

  void check_scripts() {
    if (!database_) return checks_.skip("scripts", "the state is not known");
    const auto state = read_project_state(run_);
    Report& report = run_.context.report;
    report.set_digest = state->scripts.digest;
    report.version_from = current_version(state->plan);
    report.version_to = report.version_from;
    report.pending = state->plan.to_run.size();
    Callbacks(run_, state->scripts);
    const Settings& settings = run_.context.settings;
    const auto faults =
        migrations::validate(state->plan, plan_settings(settings), migrations::PendingIs::kAllowed);
    const auto decision = decide_migrate(settings, state->database, state->plan, faults);
    if (decision.refusal) throw *decision.refusal;
    std::vector<std::string> names;
    for (const auto* entry : state->plan.to_run) names.push_back(entry->script->path);
    prepare_migration(run_, *state);
    checks_.pass("scripts",
                 names.empty() ? "valid, nothing is pending" : "valid, pending: " + join(names, ", "));
  }

  void look_for_long_transactions() {
    constexpr Milliseconds kLong{60'000};
    const auto sessions = long_transactions(run_.session(), kLong);
    if (sessions.empty()) return checks_.pass("long-transactions", "none older than 1m");
    std::vector<std::string> texts;
    for (const auto& session : sessions) texts.push_back(session.to_text());
    checks_.warn("long-transactions",
                 "they hold up locks and CREATE INDEX CONCURRENTLY: " + join(texts, "; "));
  }

  void look_for_runners() {
    const auto lease = read_lease(run_.session(), run_.history);
    if (lease && lease->is_live())
      return checks_.warn("runners", "another runner holds the lock: " + lease->owner());
    const auto holder = lock_holder(run_.session(), advisory_lock_key(run_.history));
    if (!holder) return checks_.pass("runners", "no other runner holds the lock");
    checks_.warn("runners", "another runner holds the lock: " + holder->to_text());
  }

  DatabaseRun& run_;
  Checks checks_;
  std::optional<DatabaseState> database_;
};

}  // namespace

void run_preflight(PhaseContext& context) {
  with_database(context, Recording::kIfPossible, [](DatabaseRun& run) { Preflight(run).go(); });
}

}  // namespace windlass::hook
