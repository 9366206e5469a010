// The pure plan: scripts x history rows x settings -> the state of every migration and what to run, in order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/migrations/history.hpp"
#include "core/migrations/script_set.hpp"

namespace windlass::migrations {

// Flyway section 4.1. The names are those of `info`.
enum class State {
  kPending,
  kAboveTarget,
  kBelowBaseline,
  kBaselineIgnored,
  kBaseline,
  kIgnored,
  kMissing,
  kFailedMissing,
  kSuccess,
  kUndone,
  kAvailable,
  kFailed,
  kOutOfOrder,
  kFuture,
  kFailedFuture,
  kOutdated,
  kSuperseded,
  kDeleted,
};
std::string_view state_name(State state);  // "Pending", "Above Target", ...

struct PlanSettings {
  std::string target = "latest";  // a version (with "?" behind it: need not exist), latest, current or next
  bool out_of_order = false;
  std::vector<std::string> ignore_patterns = {"*:future"};
};

// One line of `info`: a script, its history row, or both.
struct Entry {
  State state = State::kPending;
  const Script* script = nullptr;   // null: applied, not found
  const HistoryRow* row = nullptr;  // null: not applied
  bool repeatable = false;
  std::optional<Version> version;

  std::string version_text() const;
  const std::string& description() const;
  std::string type() const;  // the row's, else the script's
};

// Movable, not copyable: to_run points into entries.
struct Plan {
  std::vector<Entry> entries;        // in Flyway's order of `info`
  std::vector<const Entry*> to_run;  // versioned ascending, then repeatables by description; none with faults
  std::optional<Version> current;    // highest applied and not undone
  std::optional<Version> baseline;   // highest of a baseline row, even a deleted one; binds beside `current`
  std::optional<Version> target;     // that the run ends at; nothing when no version is to run
  std::vector<std::string> faults;   // unknown target, bad pattern, unreadable history (Flyway's texts)

  Plan() = default;
  Plan(Plan&&) = default;
  Plan& operator=(Plan&&) = default;
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  bool has_failed() const;  // an entry in a failed state
};

// What validate finds wrong (Flyway section 4.5), each with its code and Flyway's text.
struct ValidateFault {
  std::string code;     // "CHECKSUM_MISMATCH"
  std::string message;  // may have several lines
  const Entry* entry;
};
enum class PendingIs { kFault, kAllowed };  // allowed: migrate validates before it runs what is pending

// Pointers in the result point into `scripts` and `rows`, which must outlive it: do not pass temporaries.
// UNDO_SQL rows of Flyway's paid editions are understood: what they undo shows as Undone and is pending
// again. Undo scripts of applied versions are listed as Available (Flyway's open-source edition does not know
// them).
Plan make_plan(const ScriptSet& scripts, const std::vector<HistoryRow>& rows, const PlanSettings& settings);
std::vector<ValidateFault> validate(const Plan& plan, const PlanSettings& settings, PendingIs pending);

// What repair would do to the row of `entry` (Flyway section 4.9): delete it, append a DELETE row that copies
// it, or give it the script's checksum, description and type.
struct RepairAction {
  enum class Kind { kRemoveFailed, kMarkDeleted, kAlign } kind;
  Entry entry;
};
// In this order of kinds. The target and outOfOrder of `settings` do not count; its patterns keep what is
// missing. The entries point into `scripts` and `rows`, as in a plan.
std::vector<RepairAction> plan_repair(const ScriptSet& scripts, const std::vector<HistoryRow>& rows,
                                      const PlanSettings& settings);

// The applied versions above `target`, last applied first: what a rollback to it has to undo, baselines and
// failed ones among them. A version without an undo script is the caller's to find.
std::vector<const Entry*> plan_rollback(const Plan& plan, const Version& target);

}  // namespace windlass::migrations
