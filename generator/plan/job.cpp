#include "generator/plan/job.hpp"

#include <charconv>
#include <chrono>

#include "core/base/text.hpp"
#include "core/contract/exit_code.hpp"

namespace windlass::generator {
namespace {

constexpr int kPodFailurePolicySince = 26;
constexpr int kPodReplacementPolicySince = 29;
constexpr int kBackoffLimitPerIndexSince = 29;

// 0 is success, and 1 is never the hook's: nothing may be concluded from them.
List permanent_codes() {
  List codes;
  for (const auto& row : exit_code_table()) {
    if (row.retry == Retry::kNo && static_cast<int>(row.code) > 1)
      codes.push_back(static_cast<int>(row.code));
  }
  return codes;
}

enum class OnPermanentCode { kFailJob, kFailIndex, kRetry };

Tree pod_failure_policy(const std::vector<std::string>& containers, OnPermanentCode reaction) {
  List rules = {
      Members{{"action", "Ignore"},
              {"onPodConditions", List{Members{{"type", "DisruptionTarget"}, {"status", "True"}}}}}};
  if (reaction == OnPermanentCode::kRetry) return Members{{"rules", std::move(rules)}};
  const auto* const action = reaction == OnPermanentCode::kFailJob ? "FailJob" : "FailIndex";
  for (const auto& container : containers) {
    rules.push_back(
        Members{{"action", action},
                {"onExitCodes",
                 Members{{"containerName", container}, {"operator", "In"}, {"values", permanent_codes()}}}});
  }
  return Members{{"rules", std::move(rules)}};
}

std::int64_t whole_seconds(Milliseconds duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

}  // namespace

std::optional<int> kubernetes_minor(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  const auto parts = split(version, '.');
  if (parts.size() < 2 || parts.front() != "1") return std::nullopt;
  const auto& text = parts[1];
  int minor = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minor);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return minor;
}

Members job_values(const project::Kubernetes& kubernetes, const std::vector<std::string>& containers,
                   Tree pod, const project::Tenants* tenants) {
  const int minor = kubernetes_minor(kubernetes.min_version).value_or(0);
  const bool per_index = tenants != nullptr && minor >= kBackoffLimitPerIndexSince;
  const auto reaction = tenants == nullptr ? OnPermanentCode::kFailJob
                        : per_index        ? OnPermanentCode::kFailIndex
                                           : OnPermanentCode::kRetry;
  // Of an Indexed Job the failures of all indexes count, also where each has its own limit.
  const int shards = tenants == nullptr ? 1 : tenants->shards;
  const int backoff = (kubernetes.backoff_limit + (per_index ? 1 : 0)) * shards;
  Members values = {{"backoffLimit", backoff},
                    {"activeDeadlineSeconds", whole_seconds(kubernetes.active_deadline)},
                    {"ttlSecondsAfterFinished", whole_seconds(kubernetes.ttl_after_finished)},
                    {"podReplacementPolicy", minor >= kPodReplacementPolicySince ? Tree("Failed") : Tree()},
                    {"podFailurePolicy",
                     minor >= kPodFailurePolicySince ? pod_failure_policy(containers, reaction) : Tree()},
                    {"pod", std::move(pod)}};
  if (tenants == nullptr) return values;
  values.push_back({"backoffLimitPerIndex", per_index ? Tree(kubernetes.backoff_limit) : Tree()});
  values.push_back({"completionMode", "Indexed"});
  values.push_back({"completions", tenants->shards});
  values.push_back({"parallelism", tenants->parallelism});
  return values;
}

Members single_run_values() {
  return {
      {"backoffLimitPerIndex", Tree()}, {"completionMode", Tree()}, {"completions", 1}, {"parallelism", 1}};
}

}  // namespace windlass::generator
