// The callback scripts of a project, made ready, and the moments at which they run (Flyway section 8).
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hook/execute/executor.hpp"
#include "hook/phases/database_run.hpp"

namespace windlass::hook {

class Callbacks {
 public:
  // None.
  Callbacks() = default;
  // Makes ready those of `scripts`; a warning names those that no phase fires. Throws Error(kInvalidScripts)
  // with the faults of all of them, before any has run. In a dry run and with skip-default-callbacks there
  // are none.
  Callbacks(DatabaseRun& run, const migrations::ScriptSet& scripts);
  // The same for some events alone: a phase is not stopped by the faults of another's callbacks.
  Callbacks(DatabaseRun& run, const migrations::ScriptSet& scripts, std::span<const std::string_view> events);

  bool has(std::string_view event) const;
  bool empty() const { return scripts_.empty(); }

  // Runs the event's callbacks in Flyway's order, each in a transaction of its own. They leave no row: every
  // run fires them anew. Throws Error as Executor::run_callback does, the event named.
  void fire(std::string_view event);
  // The same after a failure, which stays the one that counts: a callback that fails is a warning.
  void fire_after_failure(std::string_view event);

  // What shares the transaction of each script that is applied, and of each that is undone.
  const CallbacksAround& around_migration() const { return migration_; }
  const CallbacksAround& around_undo() const { return undo_; }

 private:
  Executor& executor();

  DatabaseRun* run_ = nullptr;
  std::map<std::string, std::vector<migrations::PreparedScript>, std::less<>> scripts_;  // by event
  CallbacksAround migration_;
  CallbacksAround undo_;
  std::unique_ptr<Executor> executor_;  // made when the first one fires
};

// Throws Error(kInvalidScripts) when statement callbacks would stand around the statements of a script that
// runs outside a transaction: they could neither share one with them nor be gone on from.
void check_statement_callbacks(const CallbacksAround& callbacks,
                               const std::vector<migrations::PreparedScript>& scripts);

// The callbacks of some events in the locations, for phases that need no other script there: missing
// locations and faults of other scripts are passed over.
Callbacks callbacks_alone(DatabaseRun& run, std::span<const std::string_view> events);

}  // namespace windlass::hook
