#include "core/migrations/plan_states.hpp"

namespace windlass::migrations {
namespace {

bool is_above_target(const Version& version, const PlanContext& context) {
  return context.has_target && (!context.target || version > *context.target);
}

State state_of_versioned(const Version& version, const PlanContext& context) {
  const auto& base = context.last_applied ? context.baseline : context.pending_baseline;
  if (base && version < *base) return State::kBelowBaseline;
  if (base && version == *base) return State::kBaselineIgnored;
  if (is_above_target(version, context)) return State::kAboveTarget;
  if (context.last_applied && version < *context.last_applied && !context.out_of_order)
    return State::kIgnored;
  return State::kPending;
}

// A baseline script is for databases that have no history yet, whatever the target.
State state_of_baseline(const Version& version, const PlanContext& context) {
  if (!context.last_applied && version == context.pending_baseline) return State::kPending;
  const State state = state_of_versioned(version, context);
  return state == State::kPending ? State::kIgnored : state;
}

State unresolved(const ReplayedRow& row, const PlanContext& context) {
  const bool known = !row.version || (context.last_resolved && *row.version < *context.last_resolved);
  if (row.row->success) return known ? State::kMissing : State::kFuture;
  return known ? State::kFailedMissing : State::kFailedFuture;
}

State state_of_baseline_row(const ReplayedRow& row, const Script* script, const PlanContext& context) {
  if (is_synthetic_type(row.type)) return State::kBaseline;
  if (!row.row->success) return State::kFailed;
  return script == nullptr ? unresolved(row, context) : State::kBaseline;
}

}  // namespace

std::string script_type(const Script& script) {
  switch (script.name.kind) {
    case ScriptKind::kBaseline: return "SQL_BASELINE";
    case ScriptKind::kUndo: return "UNDO_SQL";
    case ScriptKind::kVersioned:
    case ScriptKind::kRepeatable:
    case ScriptKind::kCallback: break;
  }
  return "SQL";
}

State state_of_script(const Script& script, const PlanContext& context) {
  if (!script.name.version) return State::kPending;
  return script.name.kind == ScriptKind::kBaseline ? state_of_baseline(*script.name.version, context)
                                                   : state_of_versioned(*script.name.version, context);
}

State state_of_row(const ReplayedRow& row, const Script* script, const PlanContext& context) {
  if (row.undone) return State::kUndone;
  if (row.deleted) return State::kDeleted;
  if (row.type == "DELETE" || row.type == "SCHEMA") return State::kSuccess;
  if (is_baseline_type(row.type)) return state_of_baseline_row(row, script, context);
  const bool undo = is_undo_type(row.type);
  if (script == nullptr && !undo && (row.versioned() || row.latest_run)) return unresolved(row, context);
  if (!row.row->success) return State::kFailed;
  if (undo) return State::kSuccess;
  if (row.versioned()) return row.out_of_order ? State::kOutOfOrder : State::kSuccess;
  if (!row.latest_run) return State::kSuperseded;
  return is_up_to_date(*row.row, *script) ? State::kSuccess : State::kOutdated;
}

bool is_up_to_date(const HistoryRow& row, const Script& script) {
  return row.checksum == script.checksum || row.checksum == script.raw_checksum;
}

bool is_failed_state(State state) {
  return state == State::kFailed || state == State::kFailedMissing || state == State::kFailedFuture;
}

}  // namespace windlass::migrations
