// Undo scripts, stored in the database when their version is applied: an image that does not know the version
// can undo it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hook/database/session.hpp"

namespace windlass::hook {

struct UndoScript {
  std::string version;
  std::string description;
  std::string script;  // its path, for messages and for the history row
  std::int32_t checksum = 0;
  std::string content;                 // placeholders replaced as they were when the version was applied
  std::optional<bool> in_transaction;  // what its .conf says, if it says so
};

// As one statement without semicolon, to share the transaction of the version's history row.
std::string store_undo_statement(const Session& session, const std::string& schema,
                                 const std::string& history_table, const UndoScript& undo);
// Nothing when none was stored for the version.
std::optional<UndoScript> stored_undo(Session& session, const std::string& schema,
                                      const std::string& history_table, const std::string& version);

// Which versions have one.
struct StoredUndo {
  std::string version;
  std::string script;
  std::string stored_at;
};
std::vector<StoredUndo> stored_undo_scripts(Session& session, const std::string& schema,
                                            const std::string& history_table);

}  // namespace windlass::hook
