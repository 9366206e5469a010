// Sends a script together with the callbacks around it and around its statements, in one transaction.
#pragma once

#include <span>
#include <vector>

#include "core/migrations/prepared_script.hpp"
#include "hook/database/script_message.hpp"
#include "hook/database/script_run.hpp"

namespace windlass::hook {

// Scripts that share the transaction of another one, in their order (Flyway section 8: the each-callbacks).
struct CallbacksAround {
  std::vector<migrations::PreparedScript> before;  // the script
  std::vector<migrations::PreparedScript> after;
  std::vector<migrations::PreparedScript> before_statement;  // each of its statements
  std::vector<migrations::PreparedScript> after_statement;

  bool empty() const {
    return before.empty() && after.empty() && before_statement.empty() && after_statement.empty();
  }
};

// How it went, and in which of the scripts a failure happened.
struct SequenceResult {
  RunResult result;
  const migrations::PreparedScript* script = nullptr;
};

// What is skipped when statement `index` of the script travels alone.
std::vector<bool> all_but(const migrations::PreparedScript& script, std::size_t index);

// Sends the script with its callbacks, and what `around` says before and after them all: one message while
// there are no callbacks, one or more for each part of the sequence otherwise. Ends as run_messages does.
SequenceResult send_script(Session& session, const migrations::PreparedScript& script,
                           const CallbacksAround& callbacks, const Surroundings& around,
                           const RunWatch& watch);
// The same for scripts that run one after the other; one at least.
SequenceResult send_scripts(Session& session, std::span<const migrations::PreparedScript> scripts,
                            const Surroundings& around, const RunWatch& watch);

}  // namespace windlass::hook
