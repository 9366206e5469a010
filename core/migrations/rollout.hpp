// Which pending scripts run before an application's rollout (expand), and which after it (contract).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/migrations/plan.hpp"

namespace windlass::migrations {

// Whether some application may run on the database already. On one that no release has reached yet, nothing
// needs what a contract script takes away.
enum class Release { kFirst, kLater };

// A script that would have to run before another one although its turn comes later.
struct OutOfTurn {
  const Entry* first;   // pending, and in the way
  const Entry* behind;  // what was to run
};

// Both leave in plan.to_run only what is to run now, in its order, and return what keeps it from running;
// nothing is to be run then.
//
// Before the rollout: all but the contract scripts that no other pending version stands behind. One that
// has others behind it is in the way, unless the release is the first: versions run in their order.
std::optional<OutOfTurn> keep_expand(Plan& plan, Release release);
// After it: the contract scripts. A pending version that is none is in the way.
std::optional<OutOfTurn> keep_contract(Plan& plan);

// The pending contract scripts, in their order.
std::vector<const Entry*> pending_contract(const Plan& plan);

}  // namespace windlass::migrations
