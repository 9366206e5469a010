// The phases that windlass-hook knows: the word on its command line, in run records and in labels.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace windlass {

enum class Phase {
  kPreflight,
  kBackup,
  kMigrate,
  kVerify,
  kContract,
  kGuard,
  kRollback,
  kInfo,
  kValidate,
  kBaseline,
  kRepair,
  kInspect,
  kResume,
  kMarkApplied,
  kMarkUndone
};

struct PhaseRow {
  Phase phase;
  std::string_view name;
  std::string_view summary;  // one sentence, as in --help
};

// Every phase, in the order in which --help lists them.
std::span<const PhaseRow> phase_table();

std::string_view phase_name(Phase phase);

// Nothing when `name` is no phase.
std::optional<Phase> parse_phase(std::string_view name);

}  // namespace windlass
