// The history table read in the order of its ranks: which rows still count, and what they lead to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/migrations/history.hpp"
#include "core/migrations/version.hpp"

namespace windlass::migrations {

struct ReplayedRow {
  const HistoryRow* row = nullptr;
  std::string type;                // canonical
  std::optional<Version> version;  // nothing for repeatables and for a version that cannot be read
  bool deleted = false;            // by a later DELETE row
  bool undone = false;             // by a later undo row
  bool out_of_order = false;       // not above what was applied before it
  bool latest_run = false;         // of its repeatable

  bool versioned() const { return row->version.has_value(); }
  // Whether the row's migration is what the database has: not deleted, not undone, not itself a deletion or
  // undo.
  bool counts() const { return !deleted && !undone && type != "DELETE" && !is_undo_type(type); }
};

struct Replay {
  std::vector<ReplayedRow> rows;        // by rank; without the DELETE rows of versioned scripts
  std::optional<Version> last_applied;  // highest version that counts
  std::optional<Version> baseline;      // highest version of a baseline row
  std::vector<std::string> faults;      // Flyway's texts for a history that cannot be read
};

// Pointers in the result point into `rows`.
Replay replay_history(const std::vector<HistoryRow>& rows);

}  // namespace windlass::migrations
