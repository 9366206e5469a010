// What a report says of each tenant of a run for many.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/base/duration.hpp"
#include "core/contract/exit_code.hpp"

namespace windlass::hook {

// Why the last run for a tenant did not end well.
struct TenantFailure {
  std::string at;
  std::string outcome;
  std::string script;  // empty: it was none's fault
  std::string message;
};

// What became of one tenant, or with info, how it stands.
struct TenantRow {
  std::string tenant;
  std::string place;   // its schema or database
  std::string state;   // docs/tenants.md
  std::string run_id;  // of its own run; empty: it was not begun
  ExitCode outcome = ExitCode::kDone;
  std::string message;  // of its failure
  std::string failed_script;
  std::optional<std::string> current;  // version
  std::size_t applied = 0;
  std::size_t pending = 0;
  std::optional<TenantFailure> last_failure;  // info alone
  Milliseconds duration{};
};

}  // namespace windlass::hook
