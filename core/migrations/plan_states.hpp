// The state of one migration, from its script, its row and what is true of all of them (Flyway 4.3 and 4.4).
#pragma once

#include <optional>

#include "core/migrations/history_replay.hpp"
#include "core/migrations/plan.hpp"

namespace windlass::migrations {

struct PlanContext {
  std::optional<Version> last_applied;
  std::optional<Version> baseline;          // highest applied
  std::optional<Version> pending_baseline;  // highest B script without a row
  std::optional<Version> last_resolved;     // highest version of a V or B script
  bool has_target = false;                  // without a version: nothing may be applied
  std::optional<Version> target;
  bool out_of_order = false;
};

// The type that the history table gives the script.
std::string script_type(const Script& script);

// Of a versioned, baseline or repeatable script without a row that counts.
State state_of_script(const Script& script, const PlanContext& context);

// Of a row; `script` is null when there is none for it.
State state_of_row(const ReplayedRow& row, const Script* script, const PlanContext& context);

// Whether the repeatable need not run again: the row has the checksum of its replaced or of its raw text.
bool is_up_to_date(const HistoryRow& row, const Script& script);

bool is_failed_state(State state);

}  // namespace windlass::migrations
