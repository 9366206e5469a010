#include "core/contract/phase.hpp"

#include <array>
#include <cstdlib>

namespace windlass {
namespace {

constexpr std::array kRows{
    PhaseRow{Phase::kPreflight, "preflight", "Check that a migration can run here, and change nothing."},
    PhaseRow{Phase::kBackup, "backup", "Dump the database, read the dump back and publish it."},
    PhaseRow{Phase::kMigrate, "migrate",
             "Apply the pending scripts, each with its history row in one transaction."},
    PhaseRow{Phase::kVerify, "verify",
             "Check that the database is what the release needs, and change nothing."},
    PhaseRow{Phase::kContract, "contract",
             "Apply the pending scripts that are marked contract, after the application's rollout."},
    PhaseRow{Phase::kGuard, "guard",
             "Wait until the database is at least at the version or digest asked for."},
    PhaseRow{Phase::kRollback, "rollback", "Run the stored undo scripts, newest first, down to a version."},
    PhaseRow{Phase::kInfo, "info", "List every migration with its state."},
    PhaseRow{Phase::kValidate, "validate", "Compare the scripts with the history table."},
    PhaseRow{Phase::kBaseline, "baseline", "Mark an existing database as being at a version."},
    PhaseRow{Phase::kRepair, "repair", "Bring the history table in line with the scripts."},
    PhaseRow{Phase::kInspect, "inspect",
             "Say what state the database is in, what was in flight and what to do, and change nothing."},
    PhaseRow{Phase::kResume, "resume", "Go on with the script that an interrupted run left partly applied."},
    PhaseRow{Phase::kMarkApplied, "mark-applied",
             "Record a script as applied that a person applied by hand."},
    PhaseRow{Phase::kMarkUndone, "mark-undone", "Record a script as undone that a person undid by hand."},
};

}  // namespace

std::span<const PhaseRow> phase_table() { return kRows; }

std::string_view phase_name(Phase phase) {
  for (const auto& row : kRows) {
    if (row.phase == phase) return row.name;
  }
  std::abort();  // an enumerator without a row: the unit test of this table forbids it
}

std::optional<Phase> parse_phase(std::string_view name) {
  for (const auto& row : kRows) {
    if (row.name == name) return row.phase;
  }
  return std::nullopt;
}

}  // namespace windlass
