// A script that is partly applied, made ready as a run would go on with it: its text is in the locations, or
// is a stored undo script.
#pragma once

#include <optional>
#include <string>

#include "core/migrations/prepared_script.hpp"
#include "hook/database/undo_scripts.hpp"
#include "hook/phases/database_run.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {

// Nothing when neither has a script of that path. Faults of the script are left out: what can be said of its
// statements is.
std::optional<migrations::PreparedScript> begun_script(DatabaseRun& run, const migrations::ScriptSet& scripts,
                                                       const std::string& path);

// The stored undo script of that path; nothing when there is none.
std::optional<UndoScript> stored_undo_at(DatabaseRun& run, const std::string& path);

}  // namespace windlass::hook
