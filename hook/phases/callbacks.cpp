#include "hook/phases/callbacks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/phases/migration_run.hpp"
#include "hook/phases/project_state.hpp"
#include "hook/phases/session_need.hpp"

namespace windlass::hook {
namespace {

using migrations::Firing;
using migrations::PreparedScript;

Firing firing_of(const std::string& event) {
  const auto events = migrations::callback_events();
  return std::find_if(events.begin(), events.end(), [&](const auto& row) { return row.name == event; })
      ->firing;
}

std::vector<std::string_view> every_event() {
  std::vector<std::string_view> names;
  for (const auto& event : migrations::callback_events()) names.push_back(event.name);
  return names;
}

void warn_of_silent_ones(const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  log::warning(fmt::format("no phase of Windlass fires the {} of {}", paths.size() == 1 ? "event" : "events",
                           join(paths, ", ")));
}

// What cannot share a transaction cannot share that of the script.
void check_shares_transaction(const PreparedScript& script, Diagnostics& diagnostics) {
  if (script.mode == migrations::RunMode::kTransaction) return;
  Diagnostic diagnostic;
  diagnostic.position = script.position(0);
  diagnostic.message = "this callback runs in the transaction of a script, and cannot";
  diagnostic.help = "Move what cannot run in a transaction into afterMigrate, which runs on its own.";
  diagnostic.rule = "mixed-transaction";
  diagnostics.add(std::move(diagnostic));
}

}  // namespace

Callbacks::Callbacks(DatabaseRun& run, const migrations::ScriptSet& scripts)
    : Callbacks(run, scripts, every_event()) {}

Callbacks::Callbacks(DatabaseRun& run, const migrations::ScriptSet& scripts,
                     std::span<const std::string_view> events)
    : run_(&run) {
  const Settings& settings = run.context.settings;
  const auto all = scripts.of_kind(migrations::ScriptKind::kCallback);
  if (settings.skip_default_callbacks || all.empty()) return;
  const auto placeholders = placeholder_rules(run);
  std::vector<std::string> silent;
  Diagnostics diagnostics;
  SessionNeeds needs(run.session());
  for (const auto* script : all) {
    if (std::find(events.begin(), events.end(), script->name.event) == events.end()) continue;
    const Firing firing = firing_of(script->name.event);
    if (firing == Firing::kNever) {
      silent.push_back(script->path);
      continue;
    }
    auto prepared = migrations::prepare_script(
        migrations::source_of(*script), rules_for(*script, placeholders), run.session().server_major());
    diagnostics.add(std::move(prepared.diagnostics));
    if (firing == Firing::kWithScript) check_shares_transaction(prepared.script, diagnostics);
    needs.look_at(prepared.script);
    scripts_[script->name.event].push_back(std::move(prepared.script));
  }
  warn_of_silent_ones(silent);
  if (diagnostics.has_errors()) {
    throw Error(ExitCode::kInvalidScripts,
                fmt::format("the callback scripts have {}", counted(diagnostics.error_count(), "fault")),
                "Correct them; nothing was run.")
        .with_details(to_text(diagnostics));
  }
  needs.refuse();
  if (settings.dry_run) {
    scripts_.clear();
    return;
  }
  const auto take = [&](std::string_view event) {
    auto found = scripts_.extract(std::string(event));
    return found ? std::move(found.mapped()) : std::vector<PreparedScript>();
  };
  migration_ = {take("beforeEachMigrate"), take("afterEachMigrate"), take("beforeEachMigrateStatement"),
                take("afterEachMigrateStatement")};
  undo_ = {take("beforeEachUndo"), take("afterEachUndo"), take("beforeEachUndoStatement"),
           take("afterEachUndoStatement")};
}

bool Callbacks::has(std::string_view event) const { return scripts_.find(event) != scripts_.end(); }

Executor& Callbacks::executor() {
  if (!executor_) executor_ = std::make_unique<Executor>(make_executor(*run_));
  return *executor_;
}

void Callbacks::fire(std::string_view event) {
  const auto found = scripts_.find(event);
  if (found == scripts_.end()) return;
  for (const auto& script : found->second) {
    log::info(fmt::format("callback {}: {}", event, script.source.path));
    try {
      executor().run_callback(script);
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("callback {}: {}", event, error.what()), error.hint())
          .with_details(error.details());
    }
  }
}

void Callbacks::fire_after_failure(std::string_view event) {
  if (!has(event)) return;
  try {
    fire(event);
  } catch (const Error& error) {
    log::warning(error.what());
  }
}

void check_statement_callbacks(const CallbacksAround& callbacks, const std::vector<PreparedScript>& scripts) {
  if (callbacks.before_statement.empty() && callbacks.after_statement.empty()) return;
  std::vector<std::string> paths;
  for (const auto& script : scripts) {
    if (script.mode == migrations::RunMode::kStepwise) paths.push_back(script.source.path);
  }
  if (paths.empty()) return;
  throw Error(ExitCode::kInvalidScripts,
              fmt::format("statement callbacks cannot run around the statements of {}, which run outside a "
                          "transaction",
                          join(paths, ", ")),
              "Remove the statement callbacks, or apply these scripts with --skip-default-callbacks.");
}

Callbacks callbacks_alone(DatabaseRun& run, std::span<const std::string_view> events) {
  if (run.context.settings.skip_default_callbacks) return {};
  return Callbacks(run, read_scripts_there_are(run), events);
}

}  // namespace windlass::hook
