#include "hook/phases/validate.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "hook/phases/callbacks.hpp"
#include "hook/phases/decide.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {

void run_validate(PhaseContext& context) {
  with_database(context, Recording::kNone, [&](DatabaseRun& run) {
    const auto state = read_project_state(run);
    context.report.version_to = current_version(state->plan);
    context.report.pending = state->plan.to_run.size();
    Callbacks callbacks(run, state->scripts);
    callbacks.fire("afterConnect");
    callbacks.fire("beforeValidate");
    const auto faults =
        migrations::validate(state->plan, plan_settings(context.settings), migrations::PendingIs::kFault);
    if (!faults.empty()) {
      callbacks.fire_after_failure("afterValidateError");
      throw validation_error(faults);
    }
    callbacks.fire("afterValidate");
    context.report.message = fmt::format("valid: {} agree", counted(state->plan.entries.size(), "migration"));
  });
}

}  // namespace windlass::hook
