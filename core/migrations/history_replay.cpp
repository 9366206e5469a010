#include "core/migrations/history_replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace windlass::migrations {
namespace {

std::vector<const HistoryRow*> by_rank(const std::vector<HistoryRow>& rows) {
  std::vector<const HistoryRow*> sorted;
  for (const HistoryRow& row : rows) sorted.push_back(&row);
  std::stable_sort(sorted.begin(), sorted.end(), [](const HistoryRow* a, const HistoryRow* b) {
    return a->installed_rank < b->installed_rank;
  });
  return sorted;
}

class Replayer {
 public:
  Replay run(const std::vector<HistoryRow>& rows) {
    for (const HistoryRow* row : by_rank(rows)) take(*row);
    for (ReplayedRow& row : replay_.rows) {
      if (row.version) follow_version(row);
    }
    mark_latest_runs();
    return std::move(replay_);
  }

 private:
  void take(const HistoryRow& row) {
    ReplayedRow replayed;
    replayed.row = &row;
    replayed.type = canonical_type(row.type);
    if (row.version) {
      replayed.version = Version::parse(*row.version);
      if (!replayed.version) {
        replay_.faults.push_back(
            fmt::format("Version may only contain 0..9 and . (dot). Invalid version: {}", *row.version));
      }
    }
    if (row.success && replayed.type == "DELETE") mark_deleted(replayed);
    if (row.success && is_undo_type(replayed.type)) mark_undone(replayed);
    const bool only_marks = row.success && replayed.type == "DELETE" && replayed.versioned();
    if (!only_marks) replay_.rows.push_back(std::move(replayed));
  }

  static bool is_same_migration(const ReplayedRow& row, const ReplayedRow& mark) {
    if (is_undo_type(row.type) || row.versioned() != mark.versioned()) return false;
    return mark.versioned() ? row.version == mark.version : row.row->description == mark.row->description;
  }

  // The latest earlier row that `mark` is about.
  ReplayedRow* find_marked(const ReplayedRow& mark) {
    const auto found = std::find_if(replay_.rows.rbegin(), replay_.rows.rend(), [&](const ReplayedRow& row) {
      return !is_synthetic_type(row.type) && is_same_migration(row, mark);
    });
    return found == replay_.rows.rend() ? nullptr : &*found;
  }

  void mark_deleted(const ReplayedRow& mark) {
    ReplayedRow* row = find_marked(mark);
    if (row == nullptr) return;
    if (row->deleted && mark.versioned()) {
      replay_.faults.push_back(fmt::format("Corrupted schema history: multiple delete entries for version {}",
                                           *mark.row->version));
    }
    row->deleted = true;
  }

  void mark_undone(const ReplayedRow& mark) {
    if (ReplayedRow* row = find_marked(mark)) row->undone = true;
  }

  void follow_version(ReplayedRow& row) {
    if (is_baseline_type(row.type) && (!replay_.baseline || *row.version > *replay_.baseline)) {
      replay_.baseline = row.version;
    }
    if (!row.counts()) return;
    row.out_of_order = replay_.last_applied && *row.version <= *replay_.last_applied;
    if (!row.out_of_order) replay_.last_applied = row.version;
  }

  void mark_latest_runs() {
    std::set<std::string> seen;
    for (auto row = replay_.rows.rbegin(); row != replay_.rows.rend(); ++row) {
      if (row->versioned() || is_synthetic_type(row->type)) continue;
      row->latest_run = seen.insert(row->row->description).second;
    }
  }

  Replay replay_;
};

}  // namespace

Replay replay_history(const std::vector<HistoryRow>& rows) { return Replayer().run(rows); }

}  // namespace windlass::migrations
