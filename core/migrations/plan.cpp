#include "core/migrations/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/text.hpp"
#include "core/migrations/history_replay.hpp"
#include "core/migrations/ignore_patterns.hpp"
#include "core/migrations/plan_states.hpp"

namespace windlass::migrations {
namespace {

// Where an entry stands in `info`: what a baseline covers, then rows by rank, then what has no row.
enum class Section { kBelowBaseline, kApplied, kRest };

Section section_of(const Entry& entry) {
  if (entry.row != nullptr) return Section::kApplied;
  const bool below = entry.state == State::kBelowBaseline || entry.state == State::kBaselineIgnored;
  return below ? Section::kBelowBaseline : Section::kRest;
}

bool comes_before(const Entry& a, const Entry& b) {
  if (section_of(a) != section_of(b)) return section_of(a) < section_of(b);
  if (a.row != nullptr) return a.row->installed_rank < b.row->installed_rank;
  if (a.repeatable != b.repeatable) return b.repeatable;
  if (a.repeatable) return compare_descriptions(a.description(), b.description()) < 0;
  return a.version < b.version;  // scripts come sorted: equal versions keep their order by kind
}

// What a script and the rows that it has left in the history table have in common.
struct Identity {
  const Version* version;  // of the script or row; null: it is repeatable
  std::string name;        // type of a versioned migration, stored description of a repeatable

  bool operator<(const Identity& other) const {
    if (version == nullptr || other.version == nullptr) {
      if ((version == nullptr) != (other.version == nullptr)) return version == nullptr;
      return name < other.name;
    }
    const auto order = *version <=> *other.version;
    return order == std::strong_ordering::equal ? name < other.name : order < 0;
  }
};

// Nothing for callbacks.
std::optional<Identity> identity_of(const Script& script) {
  if (script.name.version) return Identity{&*script.name.version, script_type(script)};
  if (script.name.kind == ScriptKind::kCallback) return std::nullopt;
  return Identity{nullptr, stored_description(script.name.description)};
}

// Nothing for rows that no script can have left.
std::optional<Identity> identity_of(const ReplayedRow& row) {
  if (row.version) return Identity{&*row.version, row.type};
  if (row.versioned() || row.type == "SCHEMA") return std::nullopt;
  return Identity{nullptr, row.row->description};
}

class Planner {
 public:
  Planner(const ScriptSet& scripts, const std::vector<HistoryRow>& rows, const PlanSettings& settings)
      : scripts_(scripts), settings_(settings), replay_(replay_history(rows)) {}

  Plan run() {
    plan_.faults = replay_.faults;
    fill_indexes();
    const IgnorePatterns checked(settings_.ignore_patterns, plan_.faults);
    fill_context();
    read_target();
    for (const ReplayedRow& row : replay_.rows) add_row(row);
    for (const Script& script : scripts_.scripts) add_script(script);
    std::stable_sort(plan_.entries.begin(), plan_.entries.end(), comes_before);
    plan_.current = context_.last_applied;
    plan_.baseline = context_.baseline;
    if (plan_.faults.empty()) choose_what_runs();
    return std::move(plan_);
  }

 private:
  void fill_context() {
    context_.last_applied = replay_.last_applied;
    context_.baseline = replay_.baseline;
    context_.out_of_order = settings_.out_of_order;
    const Script* last = nullptr;  // they come sorted
    for (const Script& script : scripts_.scripts) {
      if (!is_resolved_version(script)) continue;
      last = &script;
      if (script.name.kind == ScriptKind::kBaseline && row_of(script) == nullptr) {
        context_.pending_baseline = script.name.version;
      }
    }
    if (last != nullptr) context_.last_resolved = last->name.version;
  }

  static bool is_resolved_version(const Script& script) {
    return script.name.kind == ScriptKind::kVersioned || script.name.kind == ScriptKind::kBaseline;
  }

  // Both come nearly in the order of the indexes.
  void fill_indexes() {
    for (const Script& script : scripts_.scripts) {
      if (auto identity = identity_of(script))
        scripts_by_identity_.emplace_hint(scripts_by_identity_.end(), std::move(*identity), &script);
    }
    for (const ReplayedRow& row : replay_.rows) {
      const bool applied = row.versioned() ? row.counts() : row.latest_run;
      auto identity = identity_of(row);
      if (!identity || !applied) continue;
      applied_by_identity_.insert_or_assign(applied_by_identity_.end(), std::move(*identity), &row);
      if (row.version && row.row->success && !is_baseline_type(row.type))
        applied_versions_.insert(applied_versions_.end(), *row.version);
    }
  }

  // The row that says that the script has been applied; of a repeatable its latest run. Null: it is not
  // applied.
  const ReplayedRow* row_of(const Script& script) const {
    const auto identity = identity_of(script);
    const auto found = identity ? applied_by_identity_.find(*identity) : applied_by_identity_.end();
    return found == applied_by_identity_.end() ? nullptr : found->second;
  }

  const Script* script_of(const ReplayedRow& row) const {
    const auto identity = identity_of(row);
    const auto found = identity ? scripts_by_identity_.find(*identity) : scripts_by_identity_.end();
    return found == scripts_by_identity_.end() ? nullptr : found->second;
  }

  void read_target() {
    const std::string word = to_lower(settings_.target);
    if (word == "latest") return;
    context_.has_target = true;
    if (word == "current") {
      context_.target = context_.last_applied;
    } else if (word == "next") {
      context_.has_target = false;  // while looking for what comes next
      context_.target = next_version();
      context_.has_target = context_.target.has_value();
    } else {
      read_target_version();
    }
  }

  void read_target_version() {
    std::string_view text = settings_.target;
    const bool need_not_exist = text.ends_with('?');
    if (need_not_exist) text.remove_suffix(1);
    context_.target = Version::parse(text);
    if (!context_.target) {
      plan_.faults.push_back(
          fmt::format("Version may only contain 0..9 and . (dot). Invalid version: {}", settings_.target));
    } else if (!need_not_exist && !exists(*context_.target)) {
      plan_.faults.push_back(
          fmt::format("No migration with a target version {} could be found. Ensure target is "
                      "specified correctly and the migration exists.",
                      context_.target->text()));
    }
  }

  bool exists(const Version& version) const {
    return std::any_of(
               scripts_.scripts.begin(), scripts_.scripts.end(),
               [&](const Script& s) { return is_resolved_version(s) && s.name.version == version; }) ||
           std::any_of(replay_.rows.begin(), replay_.rows.end(),
                       [&](const ReplayedRow& row) { return row.version == version; });
  }

  std::optional<Version> next_version() const {
    for (const Script& script : scripts_.scripts) {
      if (!is_resolved_version(script) || row_of(script) != nullptr) continue;
      if (state_of_script(script, context_) == State::kPending) return script.name.version;
    }
    return std::nullopt;
  }

  void add_row(const ReplayedRow& row) {
    Entry entry;
    entry.row = row.row;
    entry.script = script_of(row);
    entry.repeatable = !row.versioned();
    entry.version = row.version;
    entry.state = state_of_row(row, entry.script, context_);
    plan_.entries.push_back(std::move(entry));
  }

  void add_script(const Script& script) {
    if (script.name.kind == ScriptKind::kCallback) return;
    Entry entry;
    entry.script = &script;
    entry.repeatable = script.name.kind == ScriptKind::kRepeatable;
    entry.version = script.name.version;
    if (script.name.kind == ScriptKind::kUndo) {
      if (applied_versions_.count(*script.name.version) == 0) return;
      entry.state = State::kAvailable;
    } else {
      const ReplayedRow* row = row_of(script);
      // A repeatable whose latest run failed is settled, too: repair comes before the next try.
      const bool settled =
          row != nullptr && (!entry.repeatable || (!row->deleted && is_up_to_date(*row->row, script)));
      if (settled) return;
      entry.state = state_of_script(script, context_);
    }
    plan_.entries.push_back(std::move(entry));
  }

  void choose_what_runs() {
    for (const Entry& entry : plan_.entries) {
      if (entry.state == State::kPending) plan_.to_run.push_back(&entry);
    }
    if (to_lower(settings_.target) == "next" && plan_.to_run.size() > 1) plan_.to_run.resize(1);
    for (const Entry* entry : plan_.to_run) {
      if (entry->repeatable) continue;
      plan_.target = plan_.current ? std::max(*plan_.current, *entry->version) : *entry->version;
    }
  }

  const ScriptSet& scripts_;
  const PlanSettings& settings_;
  Replay replay_;
  std::map<Identity, const Script*> scripts_by_identity_;
  std::map<Identity, const ReplayedRow*> applied_by_identity_;
  std::set<Version> applied_versions_;  // by scripts of their own, so that an undo script can take them back
  PlanContext context_;
  Plan plan_;
};

}  // namespace

std::string_view state_name(State state) {
  switch (state) {
    case State::kPending: return "Pending";
    case State::kAboveTarget: return "Above Target";
    case State::kBelowBaseline: return "Below Baseline";
    case State::kBaselineIgnored: return "Ignored (Baseline)";
    case State::kBaseline: return "Baseline";
    case State::kIgnored: return "Ignored";
    case State::kMissing: return "Missing";
    case State::kFailedMissing: return "Failed (Missing)";
    case State::kSuccess: return "Success";
    case State::kUndone: return "Undone";
    case State::kAvailable: return "Available";
    case State::kFailed: return "Failed";
    case State::kOutOfOrder: return "Out of Order";
    case State::kFuture: return "Future";
    case State::kFailedFuture: return "Failed (Future)";
    case State::kOutdated: return "Outdated";
    case State::kSuperseded: return "Superseded";
    case State::kDeleted: return "Deleted";
  }
  return "";
}

std::string Entry::version_text() const {
  if (row != nullptr) return row->version.value_or("");
  return version ? version->text() : "";
}

const std::string& Entry::description() const {
  return row != nullptr ? row->description : script->name.description;
}

std::string Entry::type() const { return row != nullptr ? canonical_type(row->type) : script_type(*script); }

bool Plan::has_failed() const {
  return std::any_of(entries.begin(), entries.end(),
                     [](const Entry& entry) { return is_failed_state(entry.state); });
}

Plan make_plan(const ScriptSet& scripts, const std::vector<HistoryRow>& rows, const PlanSettings& settings) {
  return Planner(scripts, rows, settings).run();
}

std::vector<const Entry*> plan_rollback(const Plan& plan, const Version& target) {
  std::vector<const Entry*> result;
  for (const Entry& entry : plan.entries) {
    const bool counts = entry.row != nullptr && entry.version && *entry.version > target &&
                        entry.state != State::kUndone && entry.state != State::kDeleted &&
                        !is_undo_type(entry.type()) && entry.type() != "DELETE";
    if (counts) result.push_back(&entry);
  }
  std::reverse(result.begin(), result.end());
  return result;
}

}  // namespace windlass::migrations
