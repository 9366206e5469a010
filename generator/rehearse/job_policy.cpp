#include "generator/rehearse/job_policy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "generator/rehearse/environment.hpp"

namespace windlass::generator {
namespace {

using nlohmann::json;

FailureAction read_action(const std::string& action) {
  if (action == "Count") return FailureAction::kCount;
  if (action == "Ignore") return FailureAction::kIgnore;
  if (action == "FailJob") return FailureAction::kFailJob;
  if (action == "FailIndex") return FailureAction::kFailIndex;
  throw Error(ExitCode::kConfiguration,
              fmt::format("podFailurePolicy: action \"{}\" is not known to a rehearsal", action),
              "Use Count, Ignore, FailJob or FailIndex.");
}

FailureRule read_rule(const json& definition) {
  FailureRule rule;
  rule.action = read_action(text_or(definition, "action", ""));
  const auto exit_codes = definition.find("onExitCodes");
  if (exit_codes == definition.end()) return rule;
  rule.container = text_or(*exit_codes, "containerName", "");
  const auto word = text_or(*exit_codes, "operator", "");
  if (word != "In" && word != "NotIn") {
    throw Error(ExitCode::kConfiguration,
                fmt::format("podFailurePolicy: operator \"{}\" is neither In nor NotIn", word));
  }
  rule.in = word == "In";
  for (const auto& code : items_at(*exit_codes, "values")) rule.codes.push_back(code.get<int>());
  return rule;
}

bool matches(const FailureRule& rule, const ContainerExit& exit) {
  if (exit.code == 0 || rule.codes.empty()) return false;
  if (!rule.container.empty() && rule.container != exit.container) return false;
  const bool listed = std::find(rule.codes.begin(), rule.codes.end(), exit.code) != rule.codes.end();
  return listed == rule.in;
}

}  // namespace

JobPolicy read_job_policy(const json& job_spec) {
  JobPolicy policy;
  policy.backoff_limit = job_spec.value("backoffLimit", policy.backoff_limit);
  policy.is_indexed = text_or(job_spec, "completionMode", "") == "Indexed";
  if (policy.is_indexed) policy.completions = job_spec.value("completions", 1);
  policy.per_index = job_spec.contains("backoffLimitPerIndex");
  policy.backoff_limit = job_spec.value("backoffLimitPerIndex", policy.backoff_limit);
  if (const auto seconds = job_spec.find("activeDeadlineSeconds"); seconds != job_spec.end()) {
    policy.deadline = Milliseconds(seconds->get<std::int64_t>() * 1000);
  }
  if (const auto failure = job_spec.find("podFailurePolicy"); failure != job_spec.end()) {
    for (const auto& rule : items_at(*failure, "rules")) policy.rules.push_back(read_rule(rule));
  }
  return policy;
}

FailureDecision decide(const JobPolicy& policy, const std::vector<ContainerExit>& exits) {
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    for (const auto& exit : exits) {
      if (matches(policy.rules[i], exit)) return {policy.rules[i].action, static_cast<int>(i), exit};
    }
  }
  return {};
}

}  // namespace windlass::generator
