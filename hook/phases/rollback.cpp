#include "hook/phases/rollback.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/sql/data_loss.hpp"
#include "hook/database/catalog.hpp"
#include "hook/database/run_records.hpp"
#include "hook/database/undo_scripts.hpp"
#include "hook/phases/callbacks.hpp"
#include "hook/phases/migration_run.hpp"
#include "hook/phases/project_state.hpp"
#include "hook/phases/session_need.hpp"

namespace windlass::hook {
namespace {

// A version to undo and the script that does it.
struct UndoStep {
  const migrations::HistoryRow* row;
  UndoScript undo;
};

constexpr std::array<std::string_view, 10> kUndoEvents{"afterConnect",
                                                       "beforeUndo",
                                                       "beforeEachUndo",
                                                       "beforeEachUndoStatement",
                                                       "afterEachUndoStatement",
                                                       "afterEachUndoStatementError",
                                                       "afterEachUndo",
                                                       "afterEachUndoError",
                                                       "afterUndo",
                                                       "afterUndoError"};

migrations::Version target_version(const Settings& settings) {
  const auto version = migrations::Version::parse(settings.target);
  if (version) return *version;
  throw Error(ExitCode::kUsage, "rollback needs a target version, not " + settings.target,
              "Name the version to go back to, or 0 for before the first.");
}

class Rollback {
 public:
  explicit Rollback(DatabaseRun& run)
      : run_(run), report_(run.context.report), target_(target_version(run.context.settings)) {}
  // Of all versions, only that one whose undo script is begun.
  struct OnlyBegun {};
  Rollback(DatabaseRun& run, OnlyBegun /*extent*/)
      : run_(run), report_(run.context.report), only_begun_(true) {}

  void go() {
    read();
    if (steps_.empty()) {
      report_.message =
          fmt::format("nothing to undo: the database is at {}", report_.version_from.value_or("no version"));
      return;
    }
    const auto scripts = prepare();
    if (run_.context.settings.dry_run) {
      report_.message =
          fmt::format("dry run: {} to undo, nothing was changed", counted(steps_.size(), "version"));
      return;
    }
    if (!only_begun_) {
      check_confirmation();
      wait_safety_delay();
    }
    take_lock(run_);
    const auto seen = versions();
    read();
    if (versions() != seen) {
      throw Error(ExitCode::kRefused, "another runner changed the database while this one waited",
                  "Look at info, then run rollback again.");
    }
    Callbacks callbacks = callbacks_alone(run_, kUndoEvents);
    check_statement_callbacks(callbacks.around_undo(), scripts);
    callbacks.fire("afterConnect");
    callbacks.fire("beforeUndo");
    try {
      undo(scripts, callbacks);
    } catch (const Error&) {
      callbacks.fire_after_failure("afterUndoError");
      throw;
    }
    callbacks.fire("afterUndo");
  }

 private:
  void read() {
    state_ = read_database_state(run_);
    check_environment(run_, state_);
    plan_ = migrations::make_plan(no_scripts_, state_.rows, {});
    if (!report_.version_from) report_.version_from = current_version(plan_);
    report_.version_to = current_version(plan_);
    steps_.clear();
    std::vector<std::string> without;
    for (const auto* entry : migrations::plan_rollback(plan_, target_)) {
      auto undo = stored_undo(run_.session(), run_.history.schema, run_.history.table, *entry->row->version);
      if (only_begun_ && !(undo && is_begun(undo->script))) continue;
      if (!undo) undo = local_undo(*entry->version);
      if (undo) {
        steps_.push_back({entry->row, std::move(*undo)});
      } else {
        without.push_back(*entry->row->version);
      }
    }
    if (without.empty()) return check_in_flight();
    throw Error(ExitCode::kRefused,
                fmt::format("version {} has no undo script, neither stored nor in the locations",
                            join(without, ", ")),
                "Restore the backup, or write a new script that moves forward.");
  }

  bool is_begun(const std::string& script) const {
    const auto& begun = state_.in_flight;
    return std::find(begun.begin(), begun.end(), script) != begun.end();
  }

  // A script that is partly applied has no row and no undo: the next migrate would go on in the middle of it,
  // on a schema that this rollback took away. An undo script in flight goes on here.
  void check_in_flight() const {
    if (steps_.empty()) return;
    for (const auto& script : state_.in_flight) {
      const bool ours = std::any_of(steps_.begin(), steps_.end(),
                                    [&](const UndoStep& step) { return step.undo.script == script; });
      if (ours) continue;
      throw Error(
          ExitCode::kPartlyApplied, script + " is partly applied, a rollback cannot undo it",
          "Run migrate to finish it, then roll it back with the rest. Or take back by hand what it did "
          "and delete its rows of " +
              own_table(run_.history.schema, kIntentsTable) + ".");
    }
  }

  // Flyway stores no undo scripts: what it applied is undone by the script in the locations, if there is one.
  std::optional<UndoScript> local_undo(const migrations::Version& version) {
    if (!local_scripts_) local_scripts_ = read_scripts_there_are(run_);
    const auto* script = local_scripts_->find(migrations::ScriptKind::kUndo, version);
    if (script == nullptr) return std::nullopt;
    const auto rules = rules_for(*script, placeholder_rules(run_));
    const migrations::ReplacedText replaced(migrations::source_of(*script).text, rules, script->file);
    const std::string content = replaced.whole();
    if (replaced.diagnostics().has_errors()) {
      throw Error(ExitCode::kInvalidScripts, "an undo script cannot run", "Correct it; nothing was undone.")
          .with_details(to_text(replaced.diagnostics()));
    }
    return UndoScript{version.text(), script->name.description,
                      script->path,   script->raw_checksum,
                      content,        script->config.execute_in_transaction};
  }

  std::vector<std::string> versions() const {
    std::vector<std::string> versions;
    for (const auto& step : steps_) versions.push_back(step.undo.version);
    return versions;
  }

  // The scripts, ready to run, and what they will lose, said.
  std::vector<migrations::PreparedScript> prepare() {
    std::vector<migrations::PreparedScript> scripts;
    Diagnostics diagnostics;
    SessionNeeds needs(run_.session());
    for (const auto& step : steps_) {
      migrations::Preparation prepared = prepare_stored(step.undo, run_.session().server_major());
      diagnostics.add(std::move(prepared.diagnostics));
      say_what_is_lost(step, prepared.script);
      needs.look_at(prepared.script);
      scripts.push_back(std::move(prepared.script));
    }
    if (!diagnostics.has_errors()) {
      needs.refuse();
      return scripts;
    }
    throw Error(ExitCode::kInvalidScripts, "a stored undo script cannot run", "Restore the backup instead.")
        .with_details(to_text(diagnostics));
  }

  void say_what_is_lost(const UndoStep& step, const migrations::PreparedScript& script) {
    std::string text = fmt::format("undo version {} ({}) with {}\n", step.undo.version, step.row->description,
                                   step.undo.script);
    for (std::size_t i = 0; i < script.statements.size(); ++i) {
      for (const auto& loss : sql::data_loss(script.text(i))) {
        text += fmt::format("  loses {}{}\n", sql::to_text(loss), rows_of(loss));
      }
    }
    log::info(text.substr(0, text.size() - 1));
    report_.details += text;
  }

  std::string rows_of(const sql::Loss& loss) {
    if (loss.kind == sql::Loss::Kind::kOther) return "";
    const auto rows = estimated_rows(run_.session(), loss.relation);
    return rows ? fmt::format(" (about {})", counted(static_cast<std::size_t>(*rows), "row")) : "";
  }

  void check_confirmation() const {
    const std::string wanted =
        confirmation_value(run_.session().database(), report_.version_from.value_or("none"), target_.text());
    const std::string& given = run_.context.settings.confirm;
    if (given == wanted) return;
    throw Error(
        ExitCode::kRefused,
        given.empty() ? "rollback asks for a confirmation" : "the confirmation does not fit: " + given,
        "If what is listed above may be lost, run it again with --confirm " + wanted + ".")
        .with_details(report_.details);
  }

  void wait_safety_delay() const {
    const Milliseconds delay = run_.context.settings.safety_delay;
    if (delay.count() == 0) return;
    log::warning(fmt::format("undoing {} in {}; stop the process to prevent it",
                             counted(steps_.size(), "version"), format_duration(delay)));
    run_.context.clock.sleep(delay, run_.context.stop);
    if (run_.context.stop.requested())
      throw Error(ExitCode::kTerminated, "stopped before anything was undone");
  }

  void undo(const std::vector<migrations::PreparedScript>& scripts, Callbacks& callbacks) {
    Executor executor = make_executor(run_);
    for (std::size_t i = 0; i < scripts.size(); ++i) {
      ScriptJob job{
          scripts[i], row_of_undone(*steps_[i].row, run_.context.settings), {}, &callbacks.around_undo()};
      if (i == 0) job.also = repeatables_again(run_, plan_);
      try {
        run_undo(executor, job);
      } catch (const Error&) {
        callbacks.fire_after_failure("afterEachUndoStatementError");
        callbacks.fire_after_failure("afterEachUndoError");
        throw;
      }
    }
    report_.details.clear();
    report_.message = fmt::format("undid {}, {} is now at {}", counted(scripts.size(), "version"),
                                  run_.history.schema, report_.version_to.value_or("no version"));
  }

  void run_undo(Executor& executor, const ScriptJob& job) {
    try {
      run_job(run_, executor, job);
    } catch (const Error& error) {
      if (error.code() != ExitCode::kScriptFailed) throw;
      throw Error(error.code(), error.what(),
                  "Put right what it stumbles over, or correct its text in " +
                      own_table(run_.history.schema, kUndoTable) +
                      ", then run rollback again; it goes on with this script.")
          .with_details(error.details());
    }
    // A rollback that fails later still says how far it came.
    const auto rows = read_history(run_.session(), run_.history);
    report_.version_to = current_version(migrations::make_plan(no_scripts_, rows, {}));
  }

  DatabaseRun& run_;
  Report& report_;
  migrations::Version target_ = *migrations::Version::parse("0");
  bool only_begun_ = false;
  // The plan asks the database alone: the image may be older than its schema.
  migrations::ScriptSet no_scripts_;
  std::optional<migrations::ScriptSet> local_scripts_;  // read when a version has no stored undo script
  DatabaseState state_;
  migrations::Plan plan_;
  std::vector<UndoStep> steps_;
};

}  // namespace

std::string confirmation_value(const std::string& database, const std::string& from, const std::string& to) {
  return fmt::format("{}-{}-to-{}", database, from, to);
}

void run_rollback(PhaseContext& context) {
  with_database(context, Recording::kIfPossible, [](DatabaseRun& run) { Rollback(run).go(); });
}

void resume_rollback(DatabaseRun& run) { Rollback(run, Rollback::OnlyBegun{}).go(); }

}  // namespace windlass::hook
