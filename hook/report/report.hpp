// What one run did and how it ended: filled by the phase, written out once at the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/duration.hpp"
#include "core/base/error.hpp"
#include "core/contract/exit_code.hpp"
#include "core/contract/phase.hpp"
#include "hook/report/inspection.hpp"
#include "hook/report/tenant_row.hpp"

namespace windlass::hook {

// A script that this run applied (or, in a rollback, an undo script that it ran).
struct AppliedScript {
  std::optional<std::string> version;  // nothing: a repeatable script
  std::string description;
  std::string script;
  std::optional<std::int32_t> checksum;
  Milliseconds duration{};
};

enum class CheckOutcome { kOk, kFailed, kWarning, kSkipped };
std::string_view check_outcome_name(CheckOutcome outcome);  // "ok", "failed", "warning", "skipped"

struct Check {
  std::string name;
  CheckOutcome outcome = CheckOutcome::kOk;
  std::string message;  // may be empty
};

// A line of `info`.
struct MigrationRow {
  std::optional<std::string> version;
  std::string description;
  std::string type;
  std::string script;
  std::optional<std::int32_t> checksum;
  std::string state;
  std::optional<std::string> installed_on;
  std::optional<std::string> installed_by;
  bool contract = false;  // marked to run after the rollout
};

// Who kept a run from its locks. Empty texts and missing numbers are what the server did not tell.
struct BlockerFacts {
  int backend = 0;  // 0: a prepared transaction
  std::string role;
  std::string application;
  std::string address;
  std::string state;
  std::optional<std::int64_t> transaction_seconds;
  std::optional<std::int64_t> query_seconds;
  std::string mode;
  std::string object;
  std::string query;   // its first words, without values
  std::string remedy;  // the statement that ends it
};

struct BackupFacts {
  std::string path;
  std::uint64_t bytes = 0;
  std::string sha256;
  bool reused = false;  // an earlier backup of the same state was good enough
};

struct Report {
  std::string run_id;
  std::optional<Phase> phase;  // nothing: the command line named none that there is
  std::string environment;
  std::map<std::string, std::string> labels;
  bool dry_run = false;
  std::chrono::system_clock::time_point started;
  Milliseconds duration{};

  ExitCode outcome = ExitCode::kDone;
  std::string message;  // one line: what was done, or the error
  std::string hint;     // what to do next; may be empty
  std::string details;  // may hold SQL: for the log and the JSON report, never for the termination message

  std::optional<std::string> version_from;
  std::optional<std::string> version_to;
  std::vector<AppliedScript> applied;
  std::vector<std::string> left_for_contract;  // scripts that are pending and for after the rollout
  std::string failed_script;
  std::vector<BlockerFacts> blockers;  // of the failed script
  std::string set_digest;              // of the scripts that the run worked with; empty: it read none
  std::vector<Check> checks;
  std::optional<std::vector<MigrationRow>> migrations;  // info alone
  std::size_t pending = 0;
  std::optional<BackupFacts> backup;
  std::optional<std::vector<TenantRow>> tenants;  // of a run for many
  std::optional<Inspection> inspection;           // inspect alone
};

// A random (version 4) UUID. Throws Error(kInternal) when the system has no random bytes.
std::string make_run_id();

// Makes `report` one of a run that ended with `error`. What the phase had filled in stays.
void set_failure(Report& report, const Error& error);

}  // namespace windlass::hook
