// Checks that the database is what the release needs, in a session that cannot write.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// History at the expected head, nothing pending or failed, no invalid index, no constraint left NOT VALID
// unless allow-not-valid lists it, every verify query as it should be. Every broken expectation is a failed
// check; the run ends with kScriptFailed when there is one.
void run_verify(PhaseContext& context);

// The *.sql files that hold verify queries, by name: of verify-locations, else of a folder `verify` beside
// each location.
std::vector<std::filesystem::path> verify_files(const Settings& settings);

}  // namespace windlass::hook
