#include "hook/phases/repair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/intents.hpp"
#include "hook/database/settled_commit.hpp"
#include "hook/phases/callbacks.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {
namespace {

using Kind = migrations::RepairAction::Kind;

void settle_in_flight(DatabaseRun& run, const std::string& confirm) {
  const auto colon = confirm.find(':');
  const std::string verdict = confirm.substr(0, colon);
  if (colon == std::string::npos || (verdict != "applied" && verdict != "not-applied")) {
    throw Error(ExitCode::kUsage, "the confirmation is neither applied:SCRIPT nor not-applied:SCRIPT",
                "Write --confirm applied:V3__index.sql, for example.");
  }
  const IntentKey key{run.history.schema, run.history.table, confirm.substr(colon + 1)};
  const auto intents = read_intents(run.session(), key);
  const auto open =
      std::find_if(intents.begin(), intents.end(), [](const Intent& intent) { return !intent.done; });
  if (open == intents.end()) {
    throw Error(ExitCode::kRefused, fmt::format("no statement of {} is in flight", key.script),
                "See info for the scripts that are partly applied.");
  }
  if (run.context.settings.dry_run) {
    run.context.report.message =
        fmt::format("dry run: statement {} of {} would count as {}, nothing was changed", open->statement + 1,
                    key.script, verdict);
    return;
  }
  if (verdict == "applied") {
    run.session().execute("settling a statement", intent_done_statement(run.session(), key, open->statement));
  } else {
    withdraw_intent(run.session(), key, open->statement);
  }
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

void repair(DatabaseRun& run) {
  const Settings& settings = run.context.settings;
  run.database.lock(run.history, std::min(settings.lock_wait, run.context.deadline.left()));
  check_environment(run, read_database_state(run));
  if (!settings.confirm.empty()) return settle_in_flight(run, settings.confirm);
  const auto state = read_project_state(run);
  Callbacks callbacks(run, state->scripts);
  callbacks.fire("afterConnect");
  callbacks.fire("beforeRepair");
  const auto actions = migrations::plan_repair(state->scripts, state->database.rows, plan_settings(settings));
  if (settings.dry_run) {
    for (const auto& action : actions) run.context.report.details += "would have " + text_of(action) + "\n";
    run.context.report.message =
        fmt::format("dry run: {}, nothing was changed", counted(actions.size(), "repair"));
    return;
  }
  try {
    commit_settled(run.database, "repairing the history table", [&] {
      for (const auto& action : actions) apply(run, action);
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
