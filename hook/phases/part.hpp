// The part of a release's scripts that a run is for: before the application's rollout, or after it.
#pragma once

#include <optional>

#include "core/base/error.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {

// Each leaves in the plan what is to run now (core/migrations/rollout.hpp), and returns the refusal,
// Error(kRefused), when a script of the other part stands in the way.
//
// The scripts left for after the rollout go into the report; one of them that is begun is the phase
// contract's to go on with. A database without a version is one that no release has reached, and so is one
// whose first migration has not ended well yet: that it goes on must not depend on where it was killed.
std::optional<Error> keep_expand(DatabaseRun& run, ProjectState& state);
std::optional<Error> keep_contract(ProjectState& state);

}  // namespace windlass::hook
