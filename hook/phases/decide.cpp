#include "hook/phases/decide.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

Error refused(const std::string& message, const std::string& hint) {
  return Error(ExitCode::kRefused, message, hint);
}

// A script that is partly applied and would not be gone on with: an undo script, or one that the target
// leaves out.
const std::string* left_in_flight(const DatabaseState& database, const migrations::Plan& plan) {
  for (const auto& script : database.in_flight) {
    const bool goes_on = std::any_of(plan.to_run.begin(), plan.to_run.end(),
                                     [&](const auto* entry) { return entry->script->path == script; });
    if (!goes_on) return &script;
  }
  return nullptr;
}

std::optional<Error> refusal_of(const Settings& settings, const DatabaseState& database,
                                const migrations::Plan& plan,
                                const std::vector<migrations::ValidateFault>& faults) {
  if (settings.validate_on_migrate && !faults.empty()) return validation_error(faults);
  if (plan.has_failed()) {
    return Error(ExitCode::kPartlyApplied, "the history table holds a failed migration",
                 "Put the database right, then run repair, then migrate.");
  }
  if (const auto* script = left_in_flight(database, plan)) {
    return Error(ExitCode::kPartlyApplied,
                 *script + " is partly applied, and this run would not go on with it",
                 "Run windlass-hook inspect to see it, and windlass-hook resume to go on with it. If its "
                 "script is gone "
                 "from the locations, put it back.");
  }
  if (!database.missing_schemas.empty() && !settings.create_schemas) {
    return Error(ExitCode::kConfiguration,
                 fmt::format("missing: schema {}", join(database.missing_schemas, ", ")),
                 "Create it, or set create-schemas.");
  }
  if (!database.history_exists && !database.schemas_empty && !settings.baseline_on_migrate) {
    return refused(fmt::format("schema {} holds objects but no history table", join(database.schemas, ", ")),
                   "Run baseline with the version that the database is at, or set baseline-on-migrate.");
  }
  return std::nullopt;
}

}  // namespace

Error validation_error(const std::vector<migrations::ValidateFault>& faults) {
  std::string details;
  for (const auto& fault : faults) details += fmt::format("{} [{}]\n", fault.message, fault.code);
  return Error(
             ExitCode::kInvalidScripts,
             fmt::format("the scripts and the history table disagree in {}", counted(faults.size(), "place")),
             "Put the scripts back as they were applied, or run repair if the change is meant.")
      .with_details(details);
}

MigrateDecision decide_migrate(const Settings& settings, const DatabaseState& database,
                               const migrations::Plan& plan,
                               const std::vector<migrations::ValidateFault>& faults) {
  MigrateDecision decision;
  decision.refusal = refusal_of(settings, database, plan, faults);
  if (decision.refusal) return decision;
  if (!database.history_exists && !database.schemas_empty) {
    decision.action = MigrateAction::kBaselineFirst;
  } else if (!plan.to_run.empty() || !database.history_exists || !database.missing_schemas.empty()) {
    decision.action = MigrateAction::kApply;
  }
  return decision;
}

}  // namespace windlass::hook
