#include "hook/tenants/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

int gravity(ExitCode code) {
  if (code == ExitCode::kDone) return 0;
  if (exit_code_row(code).retry == Retry::kYes) return 4;
  if (code == ExitCode::kPartlyApplied) return 3;
  return code == ExitCode::kScriptFailed ? 2 : 1;
}

std::string shortened(const std::string& text) {
  constexpr std::size_t kLongest = 200;
  if (text.size() <= kLongest) return text;
  std::size_t size = kLongest;
  while (size > 0 && is_utf8_continuation(text[size])) --size;
  return text.substr(0, size) + "...";
}

}  // namespace

ExitCode outcome_of(const std::vector<TenantRow>& tenants) {
  ExitCode worst = ExitCode::kDone;
  for (const auto& tenant : tenants) {
    if (gravity(tenant.outcome) > gravity(worst)) worst = tenant.outcome;
  }
  return worst;
}

std::string count_tenants(const std::vector<TenantRow>& tenants) {
  std::vector<std::pair<std::string, int>> counts;
  for (const auto& tenant : tenants) {
    const auto found = std::find_if(counts.begin(), counts.end(),
                                    [&](const auto& count) { return count.first == tenant.state; });
    if (found == counts.end()) {
      counts.emplace_back(tenant.state, 1);
    } else {
      ++found->second;
    }
  }
  std::vector<std::string> parts;
  for (const auto& [state, count] : counts) parts.push_back(fmt::format("{} {}", count, state));
  const std::string all = counted(tenants.size(), "tenant");
  return parts.empty() ? all : fmt::format("{}: {}", all, join(parts, ", "));
}

std::string name_failures(const std::vector<TenantRow>& tenants) {
  constexpr std::size_t kMostNamed = 10;
  std::vector<std::string> named;
  std::size_t failed = 0;
  for (const auto& tenant : tenants) {
    if (tenant.message.empty() || tenant.outcome == ExitCode::kDone) continue;
    if (++failed <= kMostNamed)
      named.push_back(fmt::format("{}: {}", tenant.tenant, shortened(tenant.message)));
  }
  if (failed > kMostNamed) named.push_back(fmt::format("and {} more", failed - kMostNamed));
  return join(named, "; ");
}

}  // namespace windlass::hook
