// The fixed order of a script set, and what may stand in it only once.
#pragma once

#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/migrations/script_set.hpp"

namespace windlass::migrations {

// Versioned, baseline and undo scripts by version (equal versions in this order), then repeatables, then
// callbacks, both by description (Flyway section 3.4). Equal ones by path.
void sort_scripts(std::vector<Script>& scripts);

// Scripts that share a version (within one kind), a repeatable's description or a callback's name: one
// diagnostic for each group, with Flyway's text and all offenders. `scripts` is sorted.
void report_duplicates(const std::vector<Script>& scripts, Diagnostics& diagnostics);

}  // namespace windlass::migrations
