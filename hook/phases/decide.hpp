// State x phase -> what to do. Pure: a table of tests covers it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/migrations/plan.hpp"
#include "hook/phases/project_state.hpp"
#include "hook/settings/settings.hpp"

namespace windlass::hook {

enum class MigrateAction {
  kNothing,        // up to date
  kApply,          // create what is missing, then run what is pending
  kBaselineFirst,  // the same on a database that has objects but no history (baseline-on-migrate)
};

struct MigrateDecision {
  MigrateAction action = MigrateAction::kNothing;
  std::optional<Error> refusal;  // then nothing is done
};

// Flyway section 4.6: a failed validation, a failed row, or objects without a history stop the run before it
// changes anything.
MigrateDecision decide_migrate(const Settings& settings, const DatabaseState& database,
                               const migrations::Plan& plan,
                               const std::vector<migrations::ValidateFault>& faults);

// All faults as one error, each with Flyway's text.
Error validation_error(const std::vector<migrations::ValidateFault>& faults);

}  // namespace windlass::hook
