#include <fmt/format.h>

#include "core/migrations/ignore_patterns.hpp"
#include "core/migrations/plan.hpp"
#include "core/migrations/plan_states.hpp"

namespace windlass::migrations {
namespace {

constexpr std::string_view kNoDescription = "<< no description >>";

std::string mismatch(const Entry& entry, std::string_view what, std::string_view applied,
                     std::string_view resolved) {
  const std::string name = entry.repeatable ? entry.script->path : "version " + entry.version_text();
  return fmt::format(
      "Migration {} mismatch for migration {}\n"
      "-> Applied to database : {}\n"
      "-> Resolved locally    : {}\n"
      "Either revert the changes to the migration, or run repair to update the schema history.",
      what, name, applied, resolved);
}

// Looks at one entry after the other; of each, the first fault counts.
class Validator {
 public:
  Validator(const Plan& plan, const IgnorePatterns& patterns) : plan_(plan), patterns_(patterns) {}

  std::vector<ValidateFault> run() {
    for (const Entry& entry : plan_.entries) {
      if (!is_left_alone(entry)) {
        check_failed(entry) || check_unresolved(entry) || check_ignored(entry) || check_pending(entry) ||
            check_outdated(entry) || check_mismatch(entry);
      }
    }
    return std::move(faults_);
  }

 private:
  bool is_left_alone(const Entry& entry) const {
    return entry.state == State::kUndone || entry.state == State::kAboveTarget ||
           entry.state == State::kDeleted || entry.state == State::kAvailable || patterns_.fit(entry);
  }

  bool report(const Entry& entry, std::string code, std::string message) {
    faults_.push_back({std::move(code), std::move(message), &entry});
    return true;
  }

  bool check_failed(const Entry& entry) {
    if (!is_failed_state(entry.state)) return false;
    if (entry.state == State::kFailedFuture && patterns_.name(entry, "future")) return false;
    constexpr std::string_view kCure =
        "Please remove any half-completed changes then run repair to fix the schema history.";
    if (entry.repeatable) {
      return report(entry, "FAILED_REPEATABLE_MIGRATION",
                    fmt::format("Detected failed repeatable migration: {}.\n{}", entry.description(), kCure));
    }
    return report(entry, "FAILED_VERSIONED_MIGRATION",
                  fmt::format("Detected failed migration to version {} ({}).\n{}", entry.version_text(),
                              entry.description(), kCure));
  }

  bool check_unresolved(const Entry& entry) {
    const bool unresolved = entry.row != nullptr && entry.script == nullptr &&
                            !is_synthetic_type(entry.type()) && !is_undo_type(entry.type()) &&
                            entry.state != State::kSuperseded;
    if (!unresolved) return false;
    if (entry.state == State::kFailedFuture && patterns_.name(entry, "future")) return false;
    return report(
        entry,
        entry.repeatable ? "APPLIED_REPEATABLE_MIGRATION_NOT_RESOLVED"
                         : "APPLIED_VERSIONED_MIGRATION_NOT_RESOLVED",
        fmt::format("Detected applied migration not resolved locally: {}.\nIf you removed this migration "
                    "intentionally, run repair to mark the migration as deleted.",
                    entry.repeatable ? entry.description() : entry.version_text()));
  }

  bool check_ignored(const Entry& entry) {
    if (entry.state != State::kIgnored || is_baseline_type(entry.type())) return false;
    return report(
        entry, "RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED",
        fmt::format("Detected resolved migration not applied to database: {}.\nTo ignore this migration, set "
                    "-ignoreMigrationPatterns='*:ignored'. To allow executing this migration, set "
                    "-outOfOrder=true.",
                    entry.version_text()));
  }

  bool check_pending(const Entry& entry) {
    if (entry.state != State::kPending) return false;
    constexpr std::string_view kCure =
        "To fix this error, either run migrate, or set -ignoreMigrationPatterns='*:pending'.";
    if (entry.repeatable) {
      return report(entry, "RESOLVED_REPEATABLE_MIGRATION_NOT_APPLIED",
                    fmt::format("Detected resolved repeatable migration not applied to database: {}.\n{}",
                                entry.description(), kCure));
    }
    return report(entry, "RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED",
                  fmt::format("Detected resolved migration not applied to database: {}.\n{}",
                              entry.version_text(), kCure));
  }

  bool check_outdated(const Entry& entry) {
    if (entry.state != State::kOutdated || patterns_.name(entry, "pending")) return false;
    return report(
        entry, "OUTDATED_REPEATABLE_MIGRATION",
        fmt::format("Detected outdated resolved repeatable migration that should be re-applied to database: "
                    "{}.\nRun migrate to execute this migration.",
                    entry.description()));
  }

  bool check_mismatch(const Entry& entry) {
    const bool comparable = entry.row != nullptr && entry.script != nullptr && entry.type() != "DELETE" &&
                            !is_undo_type(entry.type()) &&
                            (entry.repeatable || !plan_.baseline || *entry.version > *plan_.baseline);
    if (!comparable) return false;
    if (entry.type() != script_type(*entry.script)) {
      return report(entry, "TYPE_MISMATCH",
                    mismatch(entry, "type", entry.type(), script_type(*entry.script)));
    }
    if (checksum_counts(entry) && entry.row->checksum && *entry.row->checksum != entry.script->checksum) {
      return report(entry, "CHECKSUM_MISMATCH",
                    mismatch(entry, "checksum", std::to_string(*entry.row->checksum),
                             std::to_string(entry.script->checksum)));
    }
    const std::string resolved = stored_description(entry.script->name.description);
    const std::string& applied = entry.row->description;
    const bool both_empty = resolved.empty() && applied == kNoDescription;
    if (applied == resolved || both_empty) return false;
    return report(entry, "DESCRIPTION_MISMATCH", mismatch(entry, "description", applied, resolved));
  }

  // A changed repeatable is run again; only when that is settled does its checksum have to fit.
  bool checksum_counts(const Entry& entry) const {
    return !entry.repeatable || (patterns_.name(entry, "pending") && entry.state != State::kOutdated &&
                                 entry.state != State::kSuperseded);
  }

  const Plan& plan_;
  const IgnorePatterns& patterns_;
  std::vector<ValidateFault> faults_;
};

}  // namespace

std::vector<ValidateFault> validate(const Plan& plan, const PlanSettings& settings, PendingIs pending) {
  std::vector<std::string> in_plan;  // make_plan() has reported bad patterns already
  IgnorePatterns patterns(settings.ignore_patterns, in_plan);
  if (pending == PendingIs::kAllowed) patterns.add_pending();
  return Validator(plan, patterns).run();
}

}  // namespace windlass::migrations
