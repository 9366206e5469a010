// The exit codes of both programs: what podFailurePolicy decides by and what Argo CD's UI shows.
#pragma once

#include <span>
#include <string_view>

namespace windlass {

enum class ExitCode : int {
  kDone = 0,
  kFound = 1,  // windlass only: lint, render --check or rehearse found something
  kUsage = 64,
  kInvalidScripts = 65,
  kNoScripts = 66,
  kUnreachable = 69,
  kInternal = 70,
  kLocked = 73,
  kTransient = 75,
  kScriptFailed = 76,
  kNotPermitted = 77,
  kConfiguration = 78,
  kPartlyApplied = 79,
  kRefused = 80,
  kTerminated = 143,
};

// Whether a Job starts another pod after this code, or fails at once.
enum class Retry { kNo, kYes };

struct ExitCodeRow {
  ExitCode code;
  std::string_view name;     // as it stands in JSON and in the termination message
  Retry retry;               // decides which codes podFailurePolicy fails the Job for
  std::string_view meaning;  // one sentence for an operator
};

// Every code, ascending. docs/exit-codes.md and podFailurePolicy are made from these rows.
std::span<const ExitCodeRow> exit_code_table();

// The row of `code`. Every enumerator has one.
const ExitCodeRow& exit_code_row(ExitCode code);

}  // namespace windlass
