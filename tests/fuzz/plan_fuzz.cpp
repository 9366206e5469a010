// Scripts x history rows x settings -> plan: total, the same every time, and never an applied version again.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <set>
#include <vector>

#include "core/migrations/history.hpp"
#include "core/migrations/plan.hpp"
#include "core/migrations/plan_states.hpp"
#include "core/migrations/script_order.hpp"
#include "tests/fuzz/promise.hpp"

namespace {

using namespace windlass::migrations;  // NOLINT: the whole test is about it
using windlass::fuzz::expect;

constexpr std::array kVersions{"0",  "1",   "1.0", "01",    "1.1", "2",     "2.0.1",
                               "10", "1_5", "3",   "1.0.0", "",    "word",  "9223372036854775807",
                               "4",  "5",   "6",   "7",     "8",   "1.2.3", "99999999999999999999"};
constexpr std::array kDescriptions{"a", "b", "A", "<< Flyway Baseline >>", "", "\xC3\xA9", "c d"};
constexpr std::array kTypes{"SQL",    "BASELINE", "SQL_BASELINE", "SCHEMA", "DELETE",      "UNDO_SQL",
                            "SCRIPT", "JDBC",     "SPRING_JDBC",  "CUSTOM", "UNDO_SCRIPT", "sql"};
constexpr std::array kTargets{"latest", "current", "next", "1", "2?", "3", "LATEST", "0?", "x", ""};
constexpr std::array kPatterns{"*:future",     "*:missing",  "*:pending", "*:ignored", "versioned:missing",
                               "repeatable:*", "baseline:*", "bad",       ":"};

template <typename Choices>
std::string pick(FuzzedDataProvider& input, const Choices& choices) {
  return choices[input.ConsumeIntegralInRange<std::size_t>(0, choices.size() - 1)];
}

ScriptSet make_scripts(FuzzedDataProvider& input) {
  ScriptSet set;
  std::set<std::string> taken;
  for (int count = input.ConsumeIntegralInRange(0, 10); count > 0; --count) {
    Script script;
    script.name.kind = static_cast<ScriptKind>(input.ConsumeIntegralInRange(0, 4));
    script.name.description = pick(input, kDescriptions);
    const bool versioned =
        script.name.kind != ScriptKind::kRepeatable && script.name.kind != ScriptKind::kCallback;
    if (versioned) script.name.version = Version::parse(pick(input, kVersions));
    if (versioned && !script.name.version) continue;
    if (script.name.kind == ScriptKind::kCallback) script.name.event = "beforeMigrate";
    script.checksum = input.ConsumeIntegralInRange(0, 3);
    script.raw_checksum = input.ConsumeIntegralInRange(0, 3);
    script.path = std::to_string(set.scripts.size()) + ".sql";
    const bool duplicate = std::any_of(set.scripts.begin(), set.scripts.end(), [&](const Script& other) {
      return other.name.kind == script.name.kind && other.name.version == script.name.version &&
             (versioned || other.name.description == script.name.description);
    });
    if (!duplicate) set.scripts.push_back(script);
  }
  sort_scripts(set.scripts);
  return set;
}

std::vector<HistoryRow> make_rows(FuzzedDataProvider& input) {
  std::vector<HistoryRow> rows;
  int rank = input.ConsumeIntegralInRange(-1, 1);
  for (int count = input.ConsumeIntegralInRange(0, 12); count > 0; --count) {
    HistoryRow row;
    row.installed_rank = rank;
    rank += input.ConsumeIntegralInRange(1, 2);
    if (input.ConsumeIntegralInRange(0, 4) > 0) row.version = pick(input, kVersions);
    row.description = pick(input, kDescriptions);
    row.type = pick(input, kTypes);
    if (row.type == "SCHEMA") row.version.reset();
    row.script = std::to_string(input.ConsumeIntegralInRange(0, 9)) + ".sql";
    if (input.ConsumeBool()) row.checksum = input.ConsumeIntegralInRange(0, 3);
    row.success = input.ConsumeIntegralInRange(0, 5) > 0;
    rows.push_back(row);
  }
  return rows;
}

PlanSettings make_settings(FuzzedDataProvider& input) {
  PlanSettings settings;
  settings.target = input.ConsumeBool() ? "latest" : pick(input, kTargets);
  settings.out_of_order = input.ConsumeBool();
  for (int count = input.ConsumeIntegralInRange(0, 2); count > 0; --count)
    settings.ignore_patterns.push_back(pick(input, kPatterns));
  return settings;
}

std::string shown(const Plan& plan) {
  std::string text;
  for (const auto& entry : plan.entries) {
    text += entry.version_text() + "|" + entry.description() + "|" + entry.type() + "|" +
            std::string(state_name(entry.state)) + "\n";
  }
  text += "to run:";
  for (const auto* entry : plan.to_run) text += " " + entry->script->path;
  for (const auto& fault : plan.faults) text += "\nfault: " + fault;
  return text;
}

// By hand from the rows: applied by a script of its own, and not deleted or undone since.
std::set<Version> applied_versions(const std::vector<HistoryRow>& rows) {
  std::set<Version> applied;
  for (const auto& row : rows) {
    const auto version = row.version ? Version::parse(*row.version) : std::nullopt;
    if (!version) continue;
    const std::string type = canonical_type(row.type);
    if (type == "DELETE" || (is_undo_type(type) && row.success)) applied.erase(*version);
    if (row.success && type == "SQL") applied.insert(*version);
  }
  return applied;
}

void check_what_runs(const Plan& plan, const std::vector<HistoryRow>& rows, const PlanSettings& settings) {
  const std::string seen = shown(plan);
  expect(plan.faults.empty() || plan.to_run.empty(), "nothing runs with faults", seen);
  const auto applied = applied_versions(rows);
  const Entry* before = nullptr;
  for (const Entry* entry : plan.to_run) {
    expect(entry->script != nullptr && entry->row == nullptr, "what runs is a script without its row", seen);
    expect(entry->state == State::kPending, "what runs is pending", seen);
    expect(entry->script->name.kind != ScriptKind::kUndo && entry->script->name.kind != ScriptKind::kCallback,
           "neither undo scripts nor callbacks run by themselves", seen);
    if (entry->version) {
      expect(applied.count(*entry->version) == 0, "an applied version never runs again", seen);
      expect(settings.out_of_order || !plan.current || *entry->version >= *plan.current,
             "nothing runs below what is applied, unless outOfOrder", seen);
      // A deleted baseline stands for nothing once it is alone (Flyway asks for it only when a version
      // counts).
      expect(!plan.current || !plan.baseline || *entry->version > *plan.baseline,
             "nothing runs below the baseline", seen);
      expect(before == nullptr || (before->version && *before->version < *entry->version),
             "versions ascend, before all repeatables", seen);
    } else {
      expect(before == nullptr || before->version ||
                 compare_descriptions(before->description(), entry->description()) < 0,
             "repeatables by description", seen);
    }
    before = entry;
  }
}

// The rows as they are when all that was to run has run.
std::vector<HistoryRow> after_run(const Plan& plan, std::vector<HistoryRow> rows) {
  int rank = rows.empty() ? 0 : rows.back().installed_rank;
  for (const Entry* entry : plan.to_run) {
    HistoryRow row;
    row.installed_rank = ++rank;
    if (entry->version) row.version = entry->version->text();
    row.description = stored_description(entry->script->name.description);
    row.type = script_type(*entry->script);
    row.script = entry->script->path;
    row.checksum = entry->script->checksum;
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const PlanSettings settings = make_settings(input);
  const ScriptSet scripts = make_scripts(input);
  const auto rows = make_rows(input);
  const Plan plan = make_plan(scripts, rows, settings);
  expect(shown(plan) == shown(make_plan(scripts, rows, settings)), "the same input gives the same plan");
  check_what_runs(plan, rows, settings);
  validate(plan, settings, PendingIs::kFault);
  plan_repair(scripts, rows, settings);
  if (plan.current) {
    const auto undone = plan_rollback(plan, Version::parse("1").value());
    for (std::size_t i = 1; i < undone.size(); ++i) {
      expect(undone[i]->row->installed_rank < undone[i - 1]->row->installed_rank,
             "last applied, first undone", shown(plan));
    }
  }
  if (settings.target == "next" || !plan.faults.empty()) return 0;
  const auto rows_after = after_run(plan, rows);
  const Plan second = make_plan(scripts, rows_after, settings);
  expect(second.to_run.empty(), "a second run has nothing to do", shown(plan) + "\nthen:\n" + shown(second));
  return 0;
}
