// What a person reads when a statement of a stepwise script failed, was stopped, or cannot be settled.
#pragma once

#include <cstddef>
#include <string>

#include "core/base/error.hpp"
#include "core/migrations/prepared_script.hpp"
#include "hook/database/intents.hpp"
#include "hook/database/object_state.hpp"
#include "hook/database/script_run.hpp"

namespace windlass::hook {

// What is true of the database after the failure.
struct StepwiseAftermath {
  std::size_t done_before = 0;      // statements of the script that are applied
  std::string left;                 // what the failed one left; empty: nothing
  bool may_have_committed = false;  // it ends transactions of its own: nobody knows how far it came
};

// Of the statement `index` of the script: it failed, kScriptFailed when nothing of the script is applied.
Error statement_error(const migrations::PreparedScript& script, std::size_t index, const RunResult& result,
                      const StepwiseAftermath& aftermath);
// It was cancelled: kTerminated, or kTransient when the deadline has passed.
Error stopped_error(const migrations::PreparedScript& script, std::size_t index, const RunResult& result);
// The connection broke: kTransient.
Error lost_statement_error(const migrations::PreparedScript& script, std::size_t index);
// It was in flight when an earlier run ended, and the server cannot tell how it ended: kPartlyApplied, with
// what to look at and what to run then.
Error unsettled_error(const migrations::PreparedScript& script, std::size_t index, const Intent& intent);
// The commands by which a person says what was found: for hints and for inspect.
std::string settling_hint(const std::string& script);

// What a failed statement leaves of its object, as a clause: "index public.i is left, and is not valid".
// Empty when nothing.
std::string leftover_text(const sql::StatementClass& statement, const ObjectState& now);

}  // namespace windlass::hook
