// What Kubernetes does with a Job when a pod of it fails: retry, ignore, or give up.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/duration.hpp"

namespace windlass::generator {

enum class FailureAction { kCount, kIgnore, kFailJob, kFailIndex };

struct FailureRule {
  FailureAction action = FailureAction::kCount;
  std::string container;   // empty: any
  bool in = true;          // operator In, else NotIn
  std::vector<int> codes;  // empty: a rule on pod conditions, which a rehearsal never has
};

struct JobPolicy {
  int backoff_limit = 6;  // Kubernetes' default; of each index, where it has one of its own
  int completions = 1;    // of an Indexed Job, an index each
  bool is_indexed = false;
  bool per_index = false;  // an index fails by itself
  std::optional<Milliseconds> deadline;
  std::vector<FailureRule> rules;
};

// Reads a Job's spec. Throws Error(kConfiguration) for an action or operator that Kubernetes does not know.
JobPolicy read_job_policy(const nlohmann::json& job_spec);

// How a container of a failed pod ended.
struct ContainerExit {
  std::string container;
  int code = 0;
};

struct FailureDecision {
  FailureAction action = FailureAction::kCount;
  int rule = -1;  // that matched; -1: none did, which counts
  ContainerExit exit = {};
};

// The first rule that matches the first of `exits` it can, code 0 left out; application containers stand
// before init containers in `exits` (k/k pkg/controller/job/pod_failure_policy.go).
FailureDecision decide(const JobPolicy& policy, const std::vector<ContainerExit>& exits);

}  // namespace windlass::generator
