#include "core/migrations/ignore_patterns.hpp"
#include "core/migrations/plan.hpp"
#include "core/migrations/plan_states.hpp"

namespace windlass::migrations {
namespace {

using Kind = RepairAction::Kind;

bool is_unresolved(State state) { return state == State::kMissing || state == State::kFuture; }

// An edited repeatable is run again instead; only a stored checksum of its raw text is put right.
bool differs(const Entry& entry) {
  const HistoryRow& row = *entry.row;
  const Script& script = *entry.script;
  if (entry.repeatable) return row.checksum != script.checksum && row.checksum == script.raw_checksum;
  return row.checksum != script.checksum || row.description != stored_description(script.name.description);
}

bool needs_alignment(const Entry& entry) {
  const bool current =
      entry.state == State::kSuccess || entry.state == State::kOutOfOrder || entry.state == State::kBaseline;
  return current && entry.row != nullptr && entry.script != nullptr && !is_undo_type(entry.type()) &&
         !is_synthetic_type(entry.type()) && differs(entry);
}

}  // namespace

std::vector<RepairAction> plan_repair(const ScriptSet& scripts, const std::vector<HistoryRow>& rows,
                                      const PlanSettings& settings) {
  PlanSettings everything = settings;
  everything.target = "latest";
  everything.out_of_order = true;
  const Plan plan = make_plan(scripts, rows, everything);
  std::vector<std::string> in_plan;  // make_plan() has reported bad patterns already
  const IgnorePatterns patterns(settings.ignore_patterns, in_plan);
  std::vector<RepairAction> actions;
  for (const Entry& entry : plan.entries) {
    if (entry.row != nullptr && !entry.row->success) actions.push_back({Kind::kRemoveFailed, entry});
  }
  for (const Entry& entry : plan.entries) {
    if (is_unresolved(entry.state) && !patterns.fit(entry)) actions.push_back({Kind::kMarkDeleted, entry});
  }
  for (const Entry& entry : plan.entries) {
    if (needs_alignment(entry)) actions.push_back({Kind::kAlign, entry});
  }
  return actions;
}

}  // namespace windlass::migrations
