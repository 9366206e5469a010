// Undoes applied versions, newest first, down to a target version, with the scripts that the database itself
// keeps.
#pragma once

#include <string>

#include "hook/phases/database_run.hpp"

namespace windlass::hook {

// Says what will be lost, asks for the confirmation value, waits the safety delay, then runs each undo script
// and marks its version as undone in one transaction. The mark is a row of type DELETE, which every edition
// of Flyway reads (UNDO_SQL stops Flyway's open source edition). Throws Error: kUsage without a target
// version, kRefused for a version that has no undo script or a confirmation that is missing or wrong, and
// those of the executor.
void run_rollback(PhaseContext& context);
// Goes on with the one undo script that an earlier rollback has begun; its confirmation was given then. For
// resume.
void resume_rollback(DatabaseRun& run);

// "storefront-4-to-2": names the database, where it is and where it goes, so that it fits this rollback
// alone.
std::string confirmation_value(const std::string& database, const std::string& from, const std::string& to);

}  // namespace windlass::hook
