#include "hook/phases/mark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "hook/database/intents.hpp"
#include "hook/database/settled_commit.hpp"
#include "hook/database/undo_scripts.hpp"
#include "hook/phases/migration_run.hpp"
#include "hook/phases/project_state.hpp"
#include "hook/phases/unchanged_statements.hpp"

namespace windlass::hook {
namespace {

using migrations::Entry;
using migrations::State;

// What the settings name: a script by its path, or a version.
struct Selection {
  std::string script;
  std::optional<migrations::Version> version;

  std::string text() const { return version ? "version " + version->text() : script; }
};

Selection selection_of(const Settings& settings) {
  const bool by_version = settings.is_set("target");
  if (settings.script.empty() == !by_version) {
    throw Error(ExitCode::kUsage,
                "name what to mark: either a version with --target or a script with --script",
                "See windlass-hook info for the versions and scripts.");
  }
  Selection selection{settings.script, std::nullopt};
  if (!by_version) return selection;
  selection.version = migrations::Version::parse(settings.target);
  if (selection.version) return selection;
  throw Error(ExitCode::kUsage, "the target to mark is no version: " + settings.target,
              "Write digits and dots.");
}

bool is_applied(const Entry& entry) {
  return entry.row != nullptr && entry.row->success && entry.state != State::kUndone &&
         entry.state != State::kDeleted && entry.state != State::kSuperseded && entry.type() != "DELETE" &&
         entry.state != State::kOutdated;
}

class Mark {
 public:
  Mark(DatabaseRun& run, Selection wanted)
      : run_(run), settings_(run.context.settings), report_(run.context.report), wanted_(std::move(wanted)) {}

  void applied() {
    take_lock(run_);
    const auto state = read_project_state(run_);
    check_environment(run_, state->database);
    if (!state->database.history_exists) {
      throw Error(ExitCode::kRefused, "there is no history table to mark a script in",
                  "Run baseline with the version that the database is at.");
    }
    const Entry* entry = entry_to_apply(*state);
    report_.version_from = report_.version_to = current_version(state->plan);
    if (entry == nullptr) {
      report_.message = fmt::format("nothing to do: {} is applied already", wanted_.text());
      return;
    }
    check_below(state->plan, *entry);
    if (!may_go_on(name_of(*entry), "applied")) return;
    write_applied(*state, *entry);
    finish(fmt::format("marked {} as applied", entry->script->path));
  }

  void undone() {
    take_lock(run_);
    const DatabaseState state = read_database_state(run_);
    check_environment(run_, state);
    const migrations::ScriptSet no_scripts;
    const auto plan = migrations::make_plan(no_scripts, state.rows, {});
    report_.version_from = report_.version_to = current_version(plan);
    const Entry& entry = entry_to_undo(plan);
    check_above(plan, entry);
    if (!may_go_on(name_of(entry), "undone")) return;
    write_undone(plan, entry);
    finish(fmt::format("marked {} as undone", entry.row->script));
  }

 private:
  bool is_wanted(const Entry& entry) const {
    if (entry.state == State::kAvailable) return false;  // an undo script
    if (wanted_.version) return entry.version == wanted_.version;
    return (entry.script != nullptr && entry.script->path == wanted_.script) ||
           (entry.row != nullptr && entry.row->script == wanted_.script);
  }

  // The confirmation's name of what is marked.
  static std::string name_of(const Entry& entry) {
    if (entry.version) return entry.version_text();
    return entry.row != nullptr ? entry.row->script : entry.script->path;
  }

  // Null when it is applied already.
  const Entry* entry_to_apply(const ProjectState& state) const {
    const Entry* found = nullptr;
    for (const auto& entry : state.plan.entries) {
      if (!is_wanted(entry)) continue;
      if (is_applied(entry) && !(entry.repeatable && found != nullptr)) return nullptr;
      if (entry.script != nullptr) found = &entry;
    }
    if (found == nullptr) {
      throw Error(ExitCode::kUsage, fmt::format("the locations hold no script of {}", wanted_.text()),
                  "See windlass-hook info for the versions and scripts.");
    }
    if (found->state == State::kBelowBaseline || found->state == State::kBaselineIgnored) {
      throw Error(ExitCode::kRefused, wanted_.text() + " lies below the baseline",
                  "It counts as applied already.");
    }
    return found;
  }

  void check_below(const migrations::Plan& plan, const Entry& entry) const {
    if (settings_.out_of_order || entry.repeatable) return;
    for (const auto& other : plan.entries) {
      if (other.repeatable || other.row != nullptr || other.script == nullptr ||
          !(other.version < entry.version))
        continue;
      if (other.state != State::kPending) continue;
      throw Error(
          ExitCode::kRefused,
          fmt::format("version {} is pending below version {}", other.version_text(), entry.version_text()),
          "Apply or mark it first, or set out-of-order.");
    }
  }

  const Entry& entry_to_undo(const migrations::Plan& plan) const {
    for (const auto& entry : plan.entries) {
      if (!is_wanted(entry) || !is_applied(entry)) continue;
      if (!migrations::is_synthetic_type(entry.type())) return entry;
      throw Error(ExitCode::kRefused, fmt::format("{} is a row of type {}", wanted_.text(), entry.type()),
                  "There is nothing that could have been undone.");
    }
    throw Error(ExitCode::kUsage, fmt::format("the history table has nothing applied of {}", wanted_.text()),
                "See windlass-hook info for the versions and scripts.");
  }

  void check_above(const migrations::Plan& plan, const Entry& entry) const {
    if (settings_.out_of_order || entry.repeatable) return;
    for (const auto& other : plan.entries) {
      if (other.repeatable || !is_applied(other) || !(entry.version < other.version)) continue;
      throw Error(
          ExitCode::kRefused,
          fmt::format("version {} is applied above version {}", other.version_text(), entry.version_text()),
          "Undo or mark it first, or set out-of-order.");
    }
  }

  // False in a dry run, which has said what it would do.
  bool may_go_on(const std::string& name, const std::string& as) {
    if (settings_.dry_run) {
      report_.message = fmt::format("dry run: would mark {} as {}, nothing was changed", wanted_.text(), as);
      return false;
    }
    const std::string wanted = fmt::format("{}-{}-{}", run_.session().database(), name, as);
    const std::string& given = settings_.confirm;
    if (given == wanted) return true;
    throw Error(
        ExitCode::kRefused,
        given.empty() ? fmt::format("mark-{} asks for a confirmation", as)
                      : "the confirmation does not fit: " + given,
        fmt::format(
            "No statement of it will be run. If the database is as {} would leave it, run it again with "
            "--confirm {}",
            as == "applied" ? "the script" : "its undo script", wanted));
  }

  void execute(const std::string& sql) { run_.session().execute("marking a script", sql); }

  void write_applied(const ProjectState& state, const Entry& entry) {
    const auto& script = *entry.script;
    const auto digests = digests_of({&script}, placeholder_rules(run_));
    commit_settled(run_.database, "marking " + script.path + " as applied", [&] {
      for (const auto& row : state.database.rows) {
        const bool same =
            script.name.version ? row.version == script.name.version->text() : row.script == script.path;
        if (same && !row.success) delete_history_row(run_.session(), run_.history, row.installed_rank);
      }
      execute(insert_history_row(run_.session(), run_.history, row_of_applied(script, settings_), 0));
      for (const auto& statement : beside_row_of(run_, state.scripts, script)) execute(statement);
      if (!digests.empty()) execute(store_digests_statement(run_.session(), run_.history, digests));
      forget(script.path);
    });
  }

  void write_undone(const migrations::Plan& plan, const Entry& entry) {
    commit_settled(run_.database, "marking " + entry.row->script + " as undone", [&] {
      execute(insert_history_row(run_.session(), run_.history, row_of_undone(*entry.row, settings_), 0));
      if (entry.repeatable) return;
      for (const auto& statement : repeatables_again(run_, plan)) execute(statement);
      const auto undo =
          stored_undo(run_.session(), run_.history.schema, run_.history.table, *entry.row->version);
      if (undo) forget(undo->script);
    });
  }

  // A person has settled what was in flight of it.
  void forget(const std::string& script) {
    execute(forget_intents_statement(run_.session(), {run_.history.schema, run_.history.table, script}));
  }

  void finish(const std::string& what) {
    const auto rows = read_history(run_.session(), run_.history);
    const migrations::ScriptSet no_scripts;
    report_.version_to = current_version(migrations::make_plan(no_scripts, rows, {}));
    report_.message = fmt::format("{}, {} is now at {}", what, run_.history.schema,
                                  report_.version_to ? "version " + *report_.version_to : "no version");
  }

  DatabaseRun& run_;
  const Settings& settings_;
  Report& report_;
  Selection wanted_;
};

}  // namespace

void run_mark_applied(PhaseContext& context) {
  const Selection wanted = selection_of(context.settings);
  with_database(context, Recording::kCreateTables, [&](DatabaseRun& run) { Mark(run, wanted).applied(); });
}

void run_mark_undone(PhaseContext& context) {
  const Selection wanted = selection_of(context.settings);
  with_database(context, Recording::kCreateTables, [&](DatabaseRun& run) { Mark(run, wanted).undone(); });
}

}  // namespace windlass::hook
