#include "hook/phases/begun_script.hpp"

#include <algorithm>

#include "hook/phases/migration_run.hpp"

namespace windlass::hook {

std::optional<UndoScript> stored_undo_at(DatabaseRun& run, const std::string& path) {
  for (const auto& stored : stored_undo_scripts(run.session(), run.history.schema, run.history.table)) {
    if (stored.script == path)
      return stored_undo(run.session(), run.history.schema, run.history.table, stored.version);
  }
  return std::nullopt;
}

std::optional<migrations::PreparedScript> begun_script(DatabaseRun& run, const migrations::ScriptSet& scripts,
                                                       const std::string& path) {
  const int major = run.session().server_major();
  const auto found = std::find_if(scripts.scripts.begin(), scripts.scripts.end(),
                                  [&](const migrations::Script& script) { return script.path == path; });
  const bool is_undo = found != scripts.scripts.end() && found->name.kind == migrations::ScriptKind::kUndo;
  if (found != scripts.scripts.end() && !is_undo) {
    return migrations::prepare_script(migrations::source_of(*found),
                                      rules_for(*found, placeholder_rules(run)), major)
        .script;
  }
  const auto undo = stored_undo_at(run, path);
  if (!undo) return std::nullopt;
  return prepare_stored(*undo, major).script;
}

}  // namespace windlass::hook
