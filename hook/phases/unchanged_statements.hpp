// Whether a changed script is still the statements that were applied, apart from comments and white space.
#pragma once

#include <string>
#include <vector>

#include "hook/database/token_digests.hpp"
#include "hook/phases/database_run.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {

// The digests of the versioned and baseline scripts among these, keyed by `script` in the history table. Left
// out are scripts of more than 1 MiB, which would cost time in every run, and all of them when the value of a
// placeholder could end or begin a comment: then an equal text need not be equal statements.
std::vector<TokenDigest> digests_of(const std::vector<const migrations::Script*>& scripts,
                                    const migrations::PlaceholderRules& placeholders);

// Writes the digests of the scripts that a run is about to apply, in one message, without a wait for the
// disk.
void record_digests(DatabaseRun& run, const ProjectState& state);

// Whether the script's text has the statements of the row's. False also when that is not known.
bool is_proven_unchanged(DatabaseRun& run, const migrations::HistoryRow& row,
                         const migrations::Script& script);

}  // namespace windlass::hook
