// Turns a failed statement into the error that a person reads: where, what the server said, what stayed, what
// to do.
#pragma once

#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/duration.hpp"
#include "core/base/error.hpp"
#include "core/migrations/prepared_script.hpp"
#include "hook/database/other_sessions.hpp"
#include "hook/database/script_run.hpp"

namespace windlass::hook {

// What is true of the database after the failure.
struct Aftermath {
  ExitCode code = ExitCode::kScriptFailed;
  std::string state;  // "everything the script did was rolled back"
  std::string next;   // a sentence: what to do
};

// The error for a script after which the marker of its transaction was gone.
Error ended_transaction_error(const migrations::PreparedScript& script);
// A script that was cancelled by a stop request (kTerminated) or because the deadline passed (kTransient).
Error stopped_error(const migrations::PreparedScript& script, bool deadline_passed, const Deadline& deadline);

// The message has no SQL; the details have the place, the source line with a caret (placeholders not
// replaced, so that no secret value shows), the server's detail and hint, and the aftermath.
Error script_error(const migrations::PreparedScript& script, const StatementFailure& failure,
                   const Aftermath& aftermath);

// A script that gave way to others in every attempt, the last time with `failure`. The details name who was
// in the way and the statement that ends each.
Error no_lock_error(const migrations::PreparedScript& script, const StatementFailure& failure, int attempts,
                    Milliseconds took, const std::vector<OtherSession>& blockers);

// Who was in the way, a line each, with the statement that ends each.
std::string blockers_text(const std::vector<OtherSession>& blockers);

// The exit code for a statement that failed with `sqlstate` and left nothing behind.
ExitCode code_of_script_failure(const std::string& sqlstate);

// Why a session ended in the middle of `path`, as far as its server said so.
std::string last_words(const std::string& path, const ServerMessage& said);

}  // namespace windlass::hook
