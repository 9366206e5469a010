#include "hook/phases/repair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/intents.hpp"
#include "hook/database/run_records.hpp"
#include "hook/database/settled_commit.hpp"
#include "hook/phases/callbacks.hpp"
#include "hook/phases/project_state.hpp"
#include "hook/phases/unchanged_statements.hpp"

namespace windlass::hook {
namespace {

using Kind = migrations::RepairAction::Kind;

void settle_in_flight(DatabaseRun& run, const std::string& confirm) {
  const auto colon = confirm.find(':');
  const std::string verdict = confirm.substr(0, colon);
  if (colon == std::string::npos || (verdict != "applied" && verdict != "not-applied")) {
    throw Error(ExitCode::kUsage,
                "the confirmation is none of applied:SCRIPT, not-applied:SCRIPT and changed:SCRIPT=CHECKSUM",
                "Run repair without it: it prints the value that fits.");
  }
  const IntentKey key{run.history.schema, run.history.table, confirm.substr(colon + 1)};
  const auto intents = read_intents(run.session(), key);
  const auto open =
      std::find_if(intents.begin(), intents.end(), [](const Intent& intent) { return !intent.done; });
  if (open == intents.end()) {
    throw Error(ExitCode::kRefused, fmt::format("no statement of {} is in flight", key.script),
                "See windlass-hook inspect for what is in flight.");
  }
  if (run.context.settings.dry_run) {
    run.context.report.message =
        fmt::format("dry run: statement {} of {} would count as {}, nothing was changed", open->statement + 1,
                    key.script, verdict);
    return;
  }
  constexpr std::string_view kDoing = "settling a statement";
  commit_settled(run.database, kDoing, [&] {
    if (verdict == "applied") {
      run.session().execute(kDoing, intent_done_statement(run.session(), key, open->statement));
    } else {
      withdraw_intent(run.session(), key, open->statement);
    }
  });
  run.context.report.message = fmt::format("statement {} of {} counts as {} now; migrate goes on there",
                                           open->statement + 1, key.script, verdict);
}

void apply(DatabaseRun& run, const migrations::RepairAction& action) {
  const auto& row = *action.entry.row;
  Session& session = run.session();
  switch (action.kind) {
    case Kind::kRemoveFailed: delete_history_row(session, run.history, row.installed_rank); break;
    case Kind::kMarkDeleted: {
      const NewHistoryRow mark{row.version, row.description, "DELETE",
                               row.script,  row.checksum,    run.context.settings.installed_by,
                               row.success};
      session.execute("marking a script as deleted", insert_history_row(session, run.history, mark, 0));
      break;
    }
    case Kind::kAlign: {
      const auto& script = *action.entry.script;
      migrations::HistoryRow aligned = row;
      aligned.description = script.name.description;
      aligned.checksum = script.checksum;
      aligned.type = script.name.kind == migrations::ScriptKind::kBaseline ? "SQL_BASELINE" : "SQL";
      update_history_row(session, run.history, aligned);
      break;
    }
  }
}

std::string text_of(const migrations::RepairAction& action) {
  const std::string& script = action.entry.row->script;
  switch (action.kind) {
    case Kind::kRemoveFailed: return "removed the failed row of " + script;
    case Kind::kMarkDeleted: return "marked " + script + " as deleted";
    case Kind::kAlign: return "aligned the row of " + script;
  }
  return {};
}

// The text of an applied script is not what the row says. A repeatable one is only given the checksum that it
// should have had: an edited one is run again instead.
bool blesses_a_change(const migrations::RepairAction& action) {
  return action.kind == Kind::kAlign && !action.entry.repeatable &&
         action.entry.row->checksum != action.entry.script->checksum;
}

std::string checksum_text(const std::optional<std::int32_t>& checksum) {
  return checksum ? std::to_string(*checksum) : "none";
}

// Names each changed script with the checksum that it would get, so that it fits this change alone.
std::string change_confirmation(const std::vector<const migrations::RepairAction*>& unproven) {
  std::vector<std::string> names;
  for (const auto* action : unproven) {
    names.push_back(
        fmt::format("{}={}", action->entry.script->path, checksum_text(action->entry.script->checksum)));
  }
  return "changed:" + join(names, ",");
}

// Flyway's repair takes any text. Here a changed script has to be the same statements that were applied, or
// somebody has to say that the change is meant.
void check_changes(DatabaseRun& run, const std::vector<migrations::RepairAction>& actions) {
  std::vector<const migrations::RepairAction*> unproven;
  std::string list;
  for (const auto& action : actions) {
    if (!blesses_a_change(action)) continue;
    const auto& script = *action.entry.script;
    if (is_proven_unchanged(run, *action.entry.row, script)) {
      log::info(script.path + " was changed in comments and white space alone");
      continue;
    }
    unproven.push_back(&action);
    list += fmt::format(
        "{} (checksum {}, applied with {}) cannot be proven to be the statements that were applied\n",
        script.path, script.checksum, checksum_text(action.entry.row->checksum));
  }
  const std::string wanted = change_confirmation(unproven);
  const std::string& given = run.context.settings.confirm;
  if (given.empty() ? unproven.empty() : given == wanted && !unproven.empty()) return;
  if (unproven.empty()) {
    throw Error(ExitCode::kRefused, "there is no changed script to confirm",
                "Run repair without a confirmation.");
  }
  throw Error(
      ExitCode::kRefused, fmt::format("{} changed after being applied", counted(unproven.size(), "script")),
      "Put the text back as it was applied. If the change is meant and the database is as the new text "
      "would leave it, run repair again with --confirm " +
          wanted)
      .with_details(list);
}

void keep_digests(DatabaseRun& run, const std::vector<migrations::RepairAction>& actions) {
  if (!own_tables_exist(run.session(), run.history.schema)) return;
  for (const auto& action : actions) {
    if (!blesses_a_change(action)) continue;
    auto digests = digests_of({action.entry.script}, placeholder_rules(run));
    // The row keeps the name under which the script was applied.
    for (auto& digest : digests) digest.script = action.entry.row->script;
    const std::string sql = store_digests_statement(run.session(), run.history, digests);
    if (!sql.empty()) run.session().execute("recording what a script is", sql);
  }
}

bool settles(const std::string& confirm) { return !confirm.empty() && !confirm.starts_with("changed:"); }

void repair(DatabaseRun& run) {
  const Settings& settings = run.context.settings;
  take_lock(run);
  check_environment(run, read_database_state(run));
  if (settles(settings.confirm)) return settle_in_flight(run, settings.confirm);
  const auto state = read_project_state(run);
  const auto actions = migrations::plan_repair(state->scripts, state->database.rows, plan_settings(settings));
  check_changes(run, actions);
  Callbacks callbacks(run, state->scripts);
  callbacks.fire("afterConnect");
  callbacks.fire("beforeRepair");
  if (settings.dry_run) {
    for (const auto& action : actions) run.context.report.details += "would have " + text_of(action) + "\n";
    run.context.report.message =
        fmt::format("dry run: {}, nothing was changed", counted(actions.size(), "repair"));
    return;
  }
  try {
    commit_settled(run.database, "repairing the history table", [&] {
      for (const auto& action : actions) apply(run, action);
      keep_digests(run, actions);
    });
  } catch (const Error&) {
    callbacks.fire_after_failure("afterRepairError");
    throw;
  }
  for (const auto& action : actions) {
    log::info(text_of(action));
    run.context.report.details += text_of(action) + "\n";
  }
  run.context.report.message =
      actions.empty() ? "nothing to repair" : counted(actions.size(), "repair") + " made";
  callbacks.fire("afterRepair");
}

}  // namespace

void run_repair(PhaseContext& context) {
  with_database(context, Recording::kIfPossible, [](DatabaseRun& run) { repair(run); });
}

}  // namespace windlass::hook
