// The rules about traps, one file each.
#pragma once

#include "generator/explain/trap.hpp"

namespace windlass::generator::explain {

extern const TrapRule kUnknownHook, kOldResult, kNeededLater, kNoDeadline;

}  // namespace windlass::generator::explain
