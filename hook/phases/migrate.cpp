#include "hook/phases/migrate.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/undo_scripts.hpp"
#include "hook/phases/decide.hpp"
#include "hook/phases/groundwork.hpp"
#include "hook/phases/migration_run.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {
namespace {

using migrations::ScriptKind;

class Migrate {
 public:
  explicit Migrate(DatabaseRun& run) : run_(run), report_(run.context.report) {}

  void go() {
    state_ = read_project_state(run_);
    report_.set_digest = state_->scripts.digest;
    refuse_callbacks(state_->scripts);
    note_state();
    report_.version_from = report_.version_to;
    MigrateAction action = decide();
    if (run_.context.settings.dry_run) return show();
    if (action != MigrateAction::kNothing) {
      note_first_change(run_);
      // Another runner may have been at work since: what counts is what is true under the lock.
      run_.database.lock(run_.history,
                         std::min(run_.context.settings.lock_wait, run_.context.deadline.left()));
      refresh(*state_, run_);
      note_state();
      action = decide();
    }
    if (action != MigrateAction::kNothing) act(action);
    say_outcome();
  }

 private:
  MigrateAction decide() const {
    const Settings& settings = run_.context.settings;
    check_environment(run_, state_->database);
    const auto faults =
        migrations::validate(state_->plan, plan_settings(settings), migrations::PendingIs::kAllowed);
    const MigrateDecision decision = decide_migrate(settings, state_->database, state_->plan, faults);
    if (decision.refusal) throw *decision.refusal;
    return decision.action;
  }

  void act(MigrateAction action) {
    auto scripts = prepare_migration(run_, *state_);  // every fault comes out before anything is created
    std::optional<NewHistoryRow> baseline;
    if (action == MigrateAction::kBaselineFirst) baseline = baseline_row(run_.context.settings);
    lay_groundwork(run_, state_->database, baseline);
    if (baseline) {
      refresh(*state_, run_);
      decide();
      scripts = prepare_migration(run_, *state_);  // the baseline leaves out what lies below it
    }
    Executor executor = make_executor(run_);
    for (std::size_t i = 0; i < scripts.size(); ++i) {
      apply(executor, *state_->plan.to_run[i], scripts[i]);
      note_applied(*state_->plan.to_run[i]);
    }
    refresh(*state_, run_);
    note_state();
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

  void apply(Executor& executor, const migrations::Entry& entry, const migrations::PreparedScript& prepared) {
    const auto& script = *entry.script;
    ScriptJob job{prepared, {}, {}};
    if (script.name.version) job.row.version = script.name.version->text();
    job.row.description = script.name.description;
    job.row.type = script.name.kind == ScriptKind::kBaseline ? "SQL_BASELINE" : "SQL";
    job.row.script = script.path;
    job.row.checksum = script.checksum;
    job.row.installed_by = run_.context.settings.installed_by;
    if (const auto* undo = undo_of(state_->scripts, script)) job.also.push_back(store_undo(*undo));
    run_job(run_, executor, job);
  }

  std::string store_undo(const migrations::Script& undo) {
    const auto rules = rules_for(undo, placeholder_rules(run_));
    const auto replaced = migrations::replace_placeholders(undo.text, rules, undo.file);
    return store_undo_statement(run_.session(), run_.history.schema, run_.history.table,
                                {undo.name.version->text(), undo.name.description, undo.path,
                                 undo.raw_checksum, replaced.text, undo.config.execute_in_transaction});
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
  }

  DatabaseRun& run_;
  Report& report_;
  std::unique_ptr<ProjectState> state_;
};

}  // namespace

void run_migrate(PhaseContext& context) {
  with_database(context, Recording::kFromFirstChange, [](DatabaseRun& run) { Migrate(run).go(); });
}

}  // namespace windlass::hook
