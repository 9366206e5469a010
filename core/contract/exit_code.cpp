#include "core/contract/exit_code.hpp"

#include <array>
#include <cstdlib>

namespace windlass {
namespace {

constexpr std::array kRows{
    ExitCodeRow{ExitCode::kDone, "done", Retry::kNo, "Done, or nothing to do."},
    ExitCodeRow{ExitCode::kFound, "found", Retry::kNo,
                "windlass only: a check found something (lint, render --check, rehearse)."},
    ExitCodeRow{ExitCode::kUsage, "usage", Retry::kNo, "The command line is wrong."},
    ExitCodeRow{ExitCode::kInvalidScripts, "invalid_scripts", Retry::kNo,
                "The scripts do not validate: against their own rules, the history, or the expected digest."},
    ExitCodeRow{ExitCode::kNoScripts, "no_scripts", Retry::kNo, "No migration scripts were found."},
    ExitCodeRow{ExitCode::kUnreachable, "unreachable", Retry::kYes,
                "The database could not be reached before the deadline."},
    ExitCodeRow{ExitCode::kInternal, "internal", Retry::kYes, "An internal error; please report it."},
    ExitCodeRow{ExitCode::kLocked, "locked", Retry::kYes, "Another runner holds the lock."},
    ExitCodeRow{ExitCode::kTransient, "transient", Retry::kYes,
                "A passing fault outlived every retry: a lock timeout, a lost connection, a full disk."},
    ExitCodeRow{ExitCode::kScriptFailed, "script_failed", Retry::kNo,
                "A script or a verification failed; what the failed script did was rolled back."},
    ExitCodeRow{ExitCode::kNotPermitted, "not_permitted", Retry::kNo,
                "The database refused the role or its password."},
    ExitCodeRow{ExitCode::kConfiguration, "configuration", Retry::kNo, "The configuration is wrong."},
    ExitCodeRow{ExitCode::kPartlyApplied, "partly_applied", Retry::kNo,
                "A script that cannot run in a transaction is partly applied; a person must look."},
    ExitCodeRow{ExitCode::kRefused, "refused", Retry::kNo,
                "A gate refused: confirmation, backup, environment or compatibility."},
    ExitCodeRow{ExitCode::kTerminated, "terminated", Retry::kYes,
                "Terminated by a signal; the running statement was cancelled."},
};

}  // namespace

std::span<const ExitCodeRow> exit_code_table() { return kRows; }

const ExitCodeRow& exit_code_row(ExitCode code) {
  for (const auto& row : kRows) {
    if (row.code == code) return row;
  }
  std::abort();  // an enumerator without a row: the unit test of this table forbids it
}

}  // namespace windlass
