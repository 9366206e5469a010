// Runs a Job as its controller would: pods until one succeeds, its policy gives up, or its time is over.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "generator/rehearse/pod_runner.hpp"

namespace windlass::generator {

struct JobResult {
  bool complete = false;
  std::string
      reason;  // of the failure, as in the Job's condition: "PodFailurePolicy", "BackoffLimitExceeded"
  std::string message;  // of the condition, in Kubernetes' words, as Argo CD shows it
  std::vector<PodResult> pods;
};

// What is told while a Job runs.
struct JobEvents {
  std::function<void(const ContainerResult&)> container_ended;
  std::function<void(const std::string&)> note;  // a retry and how long it waits; what was not run
};

// The back-off between pods is a second instead of Kubernetes' 10, 20, 40 and so on; failures that the policy
// ignores are retried 10 times, not for ever. A pod that could not start fails the Job: a cluster would let
// it wait until the deadline. Without a deadline a Job may take an hour. Of an Indexed Job every index is
// run, one after the other.
JobResult run_job(const nlohmann::json& job, PodRunner& pods, const Clock& clock, const StopSignal& stop,
                  const JobEvents& events);

}  // namespace windlass::generator
