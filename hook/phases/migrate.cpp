#include "hook/phases/migrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/migrations/rollout.hpp"
#include "hook/phases/callbacks.hpp"
#include "hook/phases/decide.hpp"
#include "hook/phases/groundwork.hpp"
#include "hook/phases/migration_run.hpp"
#include "hook/phases/part.hpp"
#include "hook/phases/project_state.hpp"
#include "hook/phases/unchanged_statements.hpp"

namespace windlass::hook {
namespace {

class Migrate {
 public:
  // Runs what is pending, or of that only the contract scripts, or only what an earlier run has begun.
  enum class Extent { kPending, kContract, kBegun };
  Migrate(DatabaseRun& run, Extent extent) : run_(run), report_(run.context.report), extent_(extent) {}

  void go() {
    state_ = read_project_state(run_);
    report_.version_from = current_version(state_->plan);
    narrow();
    report_.set_digest = state_->scripts.digest;
    callbacks_ = Callbacks(run_, state_->scripts);
    note_state();
    check_environment(run_, state_->database);
    MigrateAction action = callbacks_.empty() ? decide() : MigrateAction::kApply;
    if (run_.context.settings.dry_run) return show();
    if (action != MigrateAction::kNothing) {
      note_first_change(run_);
      // Another runner may have been at work since: what counts is what is true under the lock. Callbacks run
      // under it, too.
      take_lock(run_);
      read_again();
      action = decide_with_callbacks();
      act(action);
    }
    say_outcome();
  }

 private:
  void read_again() {
    refresh(*state_, run_);
    narrow();
    note_state();
  }

  void narrow() {
    switch (extent_) {
      case Extent::kPending:
        if (run_.context.settings.defer_contract) out_of_turn_ = keep_expand(run_, *state_);
        return;
      case Extent::kContract: out_of_turn_ = keep_contract(*state_); return;
      case Extent::kBegun: keep_begun(); return;
    }
  }

  // A script that is begun is gone on with wherever the target lies now.
  void keep_begun() {
    auto& plan = state_->plan;
    const auto& begun = state_->database.in_flight;
    plan.to_run.clear();
    for (const auto& entry : plan.entries) {
      const bool is_begun = entry.row == nullptr && entry.script != nullptr &&
                            entry.state != migrations::State::kAvailable &&
                            std::find(begun.begin(), begun.end(), entry.script->path) != begun.end();
      if (is_begun) plan.to_run.push_back(&entry);
    }
  }

  MigrateAction decide() const {
    const Settings& settings = run_.context.settings;
    const auto faults =
        migrations::validate(state_->plan, plan_settings(settings), migrations::PendingIs::kAllowed);
    const MigrateDecision decision = decide_migrate(settings, state_->database, state_->plan, faults);
    if (decision.refusal) throw *decision.refusal;
    if (out_of_turn_) throw *out_of_turn_;
    return decision.action;
  }

  MigrateAction decide_with_callbacks() {
    check_environment(run_, state_->database);
    callbacks_.fire("afterConnect");
    // As in Flyway: nothing is validated before the schema is there.
    const auto& missing = state_->database.missing_schemas;
    if (!run_.context.settings.validate_on_migrate ||
        std::find(missing.begin(), missing.end(), run_.history.schema) != missing.end()) {
      return decide();
    }
    callbacks_.fire("beforeValidate");
    MigrateAction action;
    try {
      action = decide();
    } catch (const Error& error) {
      if (error.code() == ExitCode::kInvalidScripts) callbacks_.fire_after_failure("afterValidateError");
      throw;
    }
    callbacks_.fire("afterValidate");
    return action;
  }

  void act(MigrateAction action) {
    auto scripts = prepare_migration(run_, *state_);  // every fault comes out before anything is created
    check_statement_callbacks(callbacks_.around_migration(), scripts);
    if (run_.context.settings.create_schemas) {
      callbacks_.fire("createSchema");
      callbacks_.fire("beforeCreateSchema");
    }
    if (action == MigrateAction::kBaselineFirst) {
      lay_baseline();
      scripts = prepare_migration(run_, *state_);  // the baseline leaves out what lies below it
    } else if (action == MigrateAction::kApply) {
      lay_groundwork(run_, state_->database, std::nullopt);
    }
    record_digests(run_, *state_);
    callbacks_.fire("beforeMigrate");
    try {
      apply_all(scripts);
    } catch (const Error&) {
      callbacks_.fire_after_failure("afterMigrateError");
      throw;
    }
    if (!report_.applied.empty()) callbacks_.fire("afterMigrateApplied");
    callbacks_.fire("afterMigrate");
    callbacks_.fire("afterMigrateOperationFinish");
    if (action != MigrateAction::kNothing) read_again();
  }

  void lay_baseline() {
    callbacks_.fire("beforeBaseline");
    try {
      lay_groundwork(run_, state_->database, baseline_row(run_.context.settings));
    } catch (const Error&) {
      callbacks_.fire_after_failure("afterBaselineError");
      throw;
    }
    callbacks_.fire("afterBaseline");
    read_again();
    decide();
  }

  void apply_all(const std::vector<migrations::PreparedScript>& scripts) {
    Executor executor = make_executor(run_);
    bool versioned = true;  // while no repeatable has come
    for (std::size_t i = 0; i < scripts.size();) {
      if (versioned && state_->plan.to_run[i]->repeatable) {
        versioned = false;
        callbacks_.fire("afterVersioned");
        callbacks_.fire("beforeRepeatables");
      }
      i += apply_from(executor, scripts, i);
      again_.erase(again_.begin(), again_.lower_bound(i));
    }
    if (versioned) callbacks_.fire("afterVersioned");
  }

  void note_state() {
    report_.version_to = current_version(state_->plan);
    report_.pending = state_->plan.to_run.size();
  }

  // A run that fails later still says how far it came.
  void note_applied(const migrations::Entry& entry) {
    --report_.pending;
    if (entry.version && (!state_->plan.current || *state_->plan.current < *entry.version))
      report_.version_to = entry.version->text();
  }

  // The script at `first`, and those behind it that may travel with it. Returns how many are applied.
  std::size_t apply_from(Executor& executor, const std::vector<migrations::PreparedScript>& scripts,
                         std::size_t first) {
    const std::vector<ScriptJob> jobs = jobs_from(executor, scripts, first);
    try {
      return run_jobs(run_, executor, jobs,
                      [&](std::size_t job) { note_applied(*state_->plan.to_run[first + job]); });
    } catch (const Error&) {
      callbacks_.fire_after_failure("afterEachMigrateStatementError");
      callbacks_.fire_after_failure("afterEachMigrateError");
      throw;
    }
  }

  std::vector<ScriptJob> jobs_from(const Executor& executor,
                                   const std::vector<migrations::PreparedScript>& scripts,
                                   std::size_t first) {
    std::vector<ScriptJob> jobs{job_of(*state_->plan.to_run[first], ready(scripts, first))};
    BatchLoad load;
    if (!callbacks_.empty() || !executor.may_batch() || !load.take(jobs.front())) return jobs;
    for (std::size_t i = first + 1; i < scripts.size(); ++i) {
      ScriptJob job = job_of(*state_->plan.to_run[i], ready(scripts, i));
      if (!load.take(job)) break;
      jobs.push_back(std::move(job));
    }
    return jobs;
  }

  // One that was let go stays prepared until it is applied: it may have to wait for the next batch.
  const migrations::PreparedScript& ready(const std::vector<migrations::PreparedScript>& scripts,
                                          std::size_t index) {
    if (!scripts[index].let_go) return scripts[index];
    auto found = again_.find(index);
    if (found == again_.end())
      found = again_.emplace(index, prepare_again(run_, *state_->plan.to_run[index]->script)).first;
    return found->second;
  }

  ScriptJob job_of(const migrations::Entry& entry, const migrations::PreparedScript& prepared) {
    const auto& script = *entry.script;
    return {prepared, row_of_applied(script, run_.context.settings),
            beside_row_of(run_, state_->scripts, script), &callbacks_.around_migration()};
  }

  void show() {
    prepare_migration(run_, *state_);
    std::string list;
    for (const auto* entry : state_->plan.to_run) list += "would run " + entry->script->path + "\n";
    report_.details = list;
    report_.message =
        fmt::format("dry run: {} pending, nothing was changed", counted(report_.pending, "script"));
  }

  void say_outcome() {
    const std::string version = report_.version_to ? "version " + *report_.version_to : "no version";
    report_.message =
        report_.applied.empty()
            ? fmt::format("nothing to do: {} is up to date at {}", run_.history.schema, version)
            : fmt::format("applied {}, {} is now at {}", counted(report_.applied.size(), "script"),
                          run_.history.schema, version);
    if (!report_.left_for_contract.empty()) {
      report_.message += fmt::format("; {} left for after the rollout",
                                     counted(report_.left_for_contract.size(), "contract script"));
    }
  }

  DatabaseRun& run_;
  Report& report_;
  Extent extent_;
  std::optional<Error> out_of_turn_;  // why the part of the plan that is to run must not
  std::unique_ptr<ProjectState> state_;
  Callbacks callbacks_;
  std::map<std::size_t, migrations::PreparedScript> again_;  // by place in the list of those to run
};

}  // namespace

void run_migrate(PhaseContext& context) {
  with_database(context, Recording::kFromFirstChange,
                [](DatabaseRun& run) { Migrate(run, Migrate::Extent::kPending).go(); });
}

void run_contract(PhaseContext& context) {
  with_database(context, Recording::kFromFirstChange,
                [](DatabaseRun& run) { Migrate(run, Migrate::Extent::kContract).go(); });
}

void resume_migration(DatabaseRun& run) { Migrate(run, Migrate::Extent::kBegun).go(); }

}  // namespace windlass::hook
