#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "generator/check/object.hpp"
#include "generator/check/rules.hpp"
#include "generator/plan/names.hpp"

namespace windlass::generator {
namespace {

constexpr std::size_t kSuffix = 9;  // "-" and eight digits of a hash
constexpr std::int64_t kShortestTtl = 3600;
constexpr std::size_t kMaxRules = 20;  // Kubernetes' limit

std::string_view hash_suffix(std::string_view name) {
  if (name.size() <= kSuffix) return {};
  const auto suffix = name.substr(name.size() - kSuffix);
  const bool hash =
      suffix.front() == '-' && suffix.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
  return hash ? suffix : std::string_view();
}

std::int64_t number_at(const Tree& tree, std::initializer_list<std::string_view> path, std::int64_t missing) {
  const Tree* found = tree.find(path);
  return found != nullptr && found->number() != nullptr ? *found->number() : missing;
}

void check_fail_rule(const Manifest& object, const Tree& pod, const Tree& rule, Findings& findings) {
  const auto name = text_at(rule, {"onExitCodes", "containerName"});
  const auto containers = containers_of(pod);
  const bool known = std::any_of(containers.begin(), containers.end(), [&](const Tree* container) {
    return text_at(*container, {"name"}) == name;
  });
  if (!known) {
    findings.push_back(
        {"E11", object.path, fmt::format("a rule of podFailurePolicy names no container: '{}'", name)});
  }
  for (const auto& code : list_at(rule, {"onExitCodes", "values"})) {
    if (code == Tree(0)) findings.push_back({"E11", object.path, "Kubernetes refuses exit code 0 in a rule"});
  }
}

}  // namespace

// Argo CD has no time limit of its own, and what a Job leaves out here Kubernetes fills in wrong for a
// migration.
void check_jobs(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    const Tree* spec = job_spec(object);
    if (spec == nullptr) continue;
    const auto add = [&](std::string message) {
      findings.push_back({"E3", object.path, std::move(message)});
    };
    if (number_at(*spec, {"backoffLimit"}, -1) < 0) add("no backoffLimit: the default is 6");
    if (number_at(*spec, {"activeDeadlineSeconds"}, 0) <= 0)
      add("no activeDeadlineSeconds: it may wait for ever");
    if (number_at(*spec, {"ttlSecondsAfterFinished"}, kShortestTtl) < kShortestTtl)
      add("ttlSecondsAfterFinished is under 1h");
    if (!is(*spec, {"template", "spec", "restartPolicy"}, "Never")) add("restartPolicy is not Never");
    if (spec->find({"suspend"}) != nullptr) add("Argo CD takes a suspended and resumed Job for healthy");
    if (kind_of(object) == "Job") {
      if (hash_suffix(name_of(object)).empty()) add("the name carries no hash of its content");
      if (name_of(object).size() > kNameLimit) add("the name is longer than 63 characters");
    }
    if (kind_of(object) == "CronJob" && name_of(object).size() > kCronJobNameLimit) {
      add("the name is longer than 52 characters");
    }
  }
}

// Hooks are never pruned: what keeps them from piling up is their own time to live.
void check_hook_jobs(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    if (kind_of(object) != "Job") continue;
    const auto policies = annotation_values(object, kDeletePolicyAnnotation);
    if (std::find(policies.begin(), policies.end(), "BeforeHookCreation") == policies.end()) {
      findings.push_back(
          {"E21", object.path, "no BeforeHookCreation: a retry would take the old Job's result"});
    }
    if (object.tree.find({"spec", "ttlSecondsAfterFinished"}) == nullptr) {
      findings.push_back({"E21", object.path, "no ttlSecondsAfterFinished: the Job would stay for ever"});
    }
  }
}

// A tracked object that Kubernetes deletes is missing to Argo CD, and one that is applied unchanged keeps its
// old failure.
void check_tracked_jobs(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    if (kind_of(object) != "Job") continue;
    const auto add = [&](std::string message) {
      findings.push_back({"E22", object.path, std::move(message)});
    };
    if (is_hook(object)) add("it is a hook");
    if (object.tree.find({"spec", "ttlSecondsAfterFinished"}) != nullptr) {
      add("with ttlSecondsAfterFinished it would run again when it is gone");
    }
    const auto options = annotation_values(object, "argocd.argoproj.io/sync-options");
    for (const auto wanted : {"Force=true", "Replace=true"}) {
      if (std::find(options.begin(), options.end(), wanted) == options.end()) {
        add(fmt::format("no {}: a sync after a failed one would find the old failure", wanted));
      }
    }
  }
}

// Without containerName any container's exit code matches, a sidecar's too.
void check_failure_policies(const Objects& objects, Findings& findings) {
  for (const auto& object : objects) {
    const Tree* spec = job_spec(object);
    if (spec == nullptr || spec->find({"podFailurePolicy"}) == nullptr) continue;
    const auto add = [&](std::string message) {
      findings.push_back({"E11", object.path, std::move(message)});
    };
    const Tree* pod = spec->find({"template"});
    if (pod == nullptr || !is(*pod, {"spec", "restartPolicy"}, "Never")) {
      add("podFailurePolicy needs restartPolicy Never");
      continue;
    }
    const Tree* replacement = spec->find({"podReplacementPolicy"});
    if (replacement != nullptr && !(*replacement == "Failed")) add("podReplacementPolicy is not Failed");
    const auto& policy = list_at(*spec, {"podFailurePolicy", "rules"});
    if (policy.size() > kMaxRules) add("podFailurePolicy has more than 20 rules");
    for (const auto& rule : policy) {
      if (is(rule, {"action"}, "FailJob") || is(rule, {"action"}, "FailIndex"))
        check_fail_rule(object, *pod, rule, findings);
    }
  }
}

// Cloud roles are bound to the name of a ServiceAccount: it must not change with the scripts.
void check_service_account_names(const Objects& objects, Findings& findings) {
  for (const auto& account : objects) {
    if (kind_of(account) != "ServiceAccount") continue;
    for (const auto& job : objects) {
      const auto suffix = kind_of(job) == "Job" ? hash_suffix(name_of(job)) : std::string_view();
      if (suffix.empty() || !name_of(account).ends_with(suffix)) continue;
      findings.push_back({"E14", account.path, "the name carries the hash of a Job"});
    }
  }
}

}  // namespace windlass::generator
