#include "hook/report/inspection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

bool needs_a_person(const StatementInFlight& statement) { return statement.settlement == "unknown"; }

std::string at_version(const Inspection& inspection) {
  return inspection.version ? "version " + *inspection.version : "no version";
}

std::string statement_text(const StatementInFlight& statement) {
  return fmt::format("statement {} of {}{}", statement.statement, statement.script,
                     statement.command.empty() ? "" : " (" + statement.command + ")");
}

// What clears up, apart from the objects of statements in flight, which the next run clears up itself.
void add_remedies(const Inspection& inspection, std::vector<std::string>& next) {
  for (const auto& object : inspection.objects) {
    if (!object.remedy.empty() && inspection.begun.empty()) next.push_back(object.remedy);
  }
}

void add_commands(const Inspection& inspection, std::vector<std::string>& next) {
  switch (inspection.condition) {
    case DatabaseCondition::kNeverMigrated:
    case DatabaseCondition::kPending: next.push_back("windlass-hook migrate"); return;
    case DatabaseCondition::kNoHistory:
      next.push_back("windlass-hook baseline --baseline-version VERSION");
      return;
    case DatabaseCondition::kRunning:
      // A lease without a heartbeat ends by itself; the next run waits for that.
      next.push_back(inspection.live->backend == 0
                         ? "windlass-hook migrate"
                         : fmt::format("SELECT pg_terminate_backend({});", inspection.live->backend));
      return;
    case DatabaseCondition::kInterrupted: next.push_back("windlass-hook resume"); return;
    case DatabaseCondition::kPartlyApplied:
      for (const auto& statement : inspection.in_flight) {
        if (!needs_a_person(statement)) continue;
        if (!statement.look.empty()) next.push_back(statement.look);
        next.push_back("windlass-hook repair --confirm applied:" + statement.script);
        next.push_back("windlass-hook repair --confirm not-applied:" + statement.script);
      }
      next.push_back("windlass-hook resume");
      return;
    case DatabaseCondition::kFailedRow:
      for (const auto& script : inspection.failed)
        next.push_back("windlass-hook mark-applied --script " + script);
      next.push_back("windlass-hook repair");
      next.push_back("windlass-hook migrate");
      return;
    case DatabaseCondition::kDisagreement:
      next.push_back("windlass-hook validate");
      next.push_back("windlass-hook repair");
      return;
    case DatabaseCondition::kUnreadable: next.push_back("windlass-hook preflight"); return;
    case DatabaseCondition::kUpToDate: return;
  }
}

}  // namespace

std::string_view condition_name(DatabaseCondition condition) {
  switch (condition) {
    case DatabaseCondition::kNeverMigrated: return "never-migrated";
    case DatabaseCondition::kNoHistory: return "no-history";
    case DatabaseCondition::kUpToDate: return "up-to-date";
    case DatabaseCondition::kPending: return "pending";
    case DatabaseCondition::kRunning: return "running";
    case DatabaseCondition::kInterrupted: return "interrupted";
    case DatabaseCondition::kPartlyApplied: return "partly-applied";
    case DatabaseCondition::kFailedRow: return "failed-row";
    case DatabaseCondition::kDisagreement: return "disagreement";
    case DatabaseCondition::kUnreadable: return "unreadable";
  }
  std::abort();  // no other enumerator exists
}

DatabaseCondition condition_of(const Inspection& inspection, bool history_exists, bool schemas_empty) {
  if (inspection.live) return DatabaseCondition::kRunning;
  const auto& flight = inspection.in_flight;
  if (std::any_of(flight.begin(), flight.end(), needs_a_person)) return DatabaseCondition::kPartlyApplied;
  if (!inspection.begun.empty()) return DatabaseCondition::kInterrupted;
  if (!inspection.failed.empty()) return DatabaseCondition::kFailedRow;
  if (!inspection.unread.empty()) return DatabaseCondition::kUnreadable;
  if (!history_exists)
    return schemas_empty ? DatabaseCondition::kNeverMigrated : DatabaseCondition::kNoHistory;
  if (!inspection.disagreements.empty()) return DatabaseCondition::kDisagreement;
  return inspection.pending.empty() ? DatabaseCondition::kUpToDate : DatabaseCondition::kPending;
}

std::vector<std::string> next_of(const Inspection& inspection) {
  std::vector<std::string> next;
  add_commands(inspection, next);
  add_remedies(inspection, next);
  return next;
}

std::string summary_of(const Inspection& inspection) {
  const std::string version = at_version(inspection);
  const std::string pending = counted(inspection.pending.size(), "script");
  switch (inspection.condition) {
    case DatabaseCondition::kNeverMigrated:
      return fmt::format("{} has never been migrated, {} pending", inspection.schema, pending);
    case DatabaseCondition::kNoHistory:
      return fmt::format("{} holds objects but no history table", inspection.schema);
    case DatabaseCondition::kUpToDate: return fmt::format("up to date at {}", version);
    case DatabaseCondition::kPending: return fmt::format("at {}, {} pending", version, pending);
    case DatabaseCondition::kRunning:
      if (inspection.live->by_lease)
        return fmt::format("at {}, {} of {} holds a lease", version, inspection.live->phase,
                           inspection.live->runner);
      return fmt::format(
          "at {}, process {} holds the lock: {}", version, inspection.live->backend,
          inspection.live->application.empty() ? "it names no application" : inspection.live->application);
    case DatabaseCondition::kInterrupted:
      return fmt::format("interrupted: {} is partly applied, and a run can go on with it",
                         join(inspection.begun, ", "));
    case DatabaseCondition::kPartlyApplied: {
      const auto open =
          std::find_if(inspection.in_flight.begin(), inspection.in_flight.end(), needs_a_person);
      return fmt::format("partly applied: only a person can know how {} ended", statement_text(*open));
    }
    case DatabaseCondition::kFailedRow:
      return fmt::format("the history table holds a failed migration: {}", join(inspection.failed, ", "));
    case DatabaseCondition::kDisagreement:
      return fmt::format("the scripts and the history table disagree in {}",
                         counted(inspection.disagreements.size(), "place"));
    case DatabaseCondition::kUnreadable: return "not everything could be read: " + inspection.unread.front();
  }
  std::abort();  // no other enumerator exists
}

}  // namespace windlass::hook
