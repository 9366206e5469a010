#include "generator/rehearse/job_runner.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "generator/rehearse/job_policy.hpp"

namespace windlass::generator {
namespace {

using nlohmann::json;

constexpr Milliseconds kBackOff{1'000};
constexpr Milliseconds kLongestJob{3600'000};
constexpr int kMostIgnored = 10;

// Kubernetes asks application containers before init containers.
std::vector<ContainerExit> exits_of(const PodResult& pod, const json& pod_spec) {
  std::vector<ContainerExit> exits;
  for (const char* kind : {"containers", "initContainers"}) {
    for (const auto& container : items_at(pod_spec, kind)) {
      for (const auto& result : pod.containers) {
        if (result.name == text_or(container, "name", ""))
          exits.push_back({result.name, result.exit_code.value_or(0)});
      }
    }
  }
  return exits;
}

class JobRun {
 public:
  JobRun(const json& job, json pod, const JobPolicy& policy, PodRunner& pods, const Clock& clock,
         const StopSignal& stop, const JobEvents& events)
      : template_(std::move(pod)),
        facts_(pod_facts(job, template_)),
        policy_(policy),
        pods_(pods),
        clock_(clock),
        stop_(stop),
        events_(events) {}

  JobResult run() {
    const Deadline deadline(clock_, policy_.deadline.value_or(kLongestJob));
    while (!ended_) {
      result_.pods.push_back(
          pods_.run(facts_, template_.at("spec"), deadline.left(), events_.container_ended));
      judge(result_.pods.back());
      if (!ended_ && deadline.passed())
        fail("DeadlineExceeded", "Job was active longer than specified deadline");
      if (!ended_) clock_.sleep(kBackOff, stop_);
    }
    return std::move(result_);
  }

 private:
  void judge(const PodResult& pod) {
    if (pod.containers.empty()) {
      return fail("NothingToRun",
                  fmt::format("no container of it runs windlass-hook: {}", join(pod.passed_over, ", ")));
    }
    const auto& last = pod.containers.back();
    if (pod.succeeded()) {
      result_.complete = ended_ = true;
      if (!pod.passed_over.empty())
        note(fmt::format("not run, because it is not windlass-hook: {}", join(pod.passed_over, ", ")));
    } else if (!last.exit_code) {
      fail("NotStarted", last.message);
    } else if (last.timed_out) {
      fail("DeadlineExceeded", "Job was active longer than specified deadline");
    } else {
      apply(decide(policy_, exits_of(pod, template_.at("spec"))), *last.exit_code);
    }
  }

  void apply(const FailureDecision& decision, int exit_code) {
    const bool ends_index = decision.action == FailureAction::kFailIndex;
    if (decision.action == FailureAction::kFailJob || ends_index) {
      return fail(
          "PodFailurePolicy",
          fmt::format("Container {} for pod {}/{} failed with exit code {} matching {} rule at index {}",
                      decision.exit.container, facts_.namespace_name, facts_.name, decision.exit.code,
                      ends_index ? "FailIndex" : "FailJob", decision.rule));
    }
    const bool ignored = decision.action == FailureAction::kIgnore;
    ignored_ += ignored ? 1 : 0;
    failed_ += ignored ? 0 : 1;
    if (failed_ > policy_.backoff_limit) {
      fail("BackoffLimitExceeded", "Job has reached the specified backoff limit");
    } else if (ignored_ > kMostIgnored) {
      fail("IgnoredTooOften",
           fmt::format("the rehearsal gives up after {} failures that the policy ignores", kMostIgnored));
    } else {
      note(fmt::format(
          "exit code {}{}: another pod in {} (in a cluster after 10s or more), {} of {} retries used",
          exit_code, ignored ? " is ignored by the policy" : " is retried", format_duration(kBackOff),
          failed_, policy_.backoff_limit));
    }
  }

  void fail(std::string reason, std::string message) {
    ended_ = true;
    result_.reason = std::move(reason);
    result_.message = std::move(message);
  }

  void note(const std::string& text) const {
    if (events_.note) events_.note(text);
  }

  json template_;
  PodFacts facts_;
  const JobPolicy& policy_;
  PodRunner& pods_;
  const Clock& clock_;
  const StopSignal& stop_;
  const JobEvents& events_;
  JobResult result_;
  bool ended_ = false;
  int failed_ = 0;
  int ignored_ = 0;
};

// The variable that the Job controller gives every container of an Indexed Job.
json pod_of_index(json pod, int index) {
  for (const char* kind : {"containers", "initContainers"}) {
    const auto found = pod.at("spec").find(kind);
    if (found == pod.at("spec").end()) continue;
    for (auto& container : *found)
      container["env"].push_back({{"name", "JOB_COMPLETION_INDEX"}, {"value", std::to_string(index)}});
  }
  return pod;
}

// One index after the other, as with parallelism 1.
JobResult run_indexes(const json& job, const JobPolicy& policy, PodRunner& pods, const Clock& clock,
                      const StopSignal& stop, const JobEvents& events) {
  JobResult all;
  all.complete = true;
  for (int index = 0; index < policy.completions; ++index) {
    if (events.note) events.note(fmt::format("index {} of {}", index, policy.completions));
    JobResult one =
        JobRun(job, pod_of_index(job.at("spec").at("template"), index), policy, pods, clock, stop, events)
            .run();
    std::move(one.pods.begin(), one.pods.end(), std::back_inserter(all.pods));
    if (one.complete) continue;
    all.complete = false;
    all.reason = policy.per_index ? "FailedIndexes" : one.reason;
    all.message = policy.per_index ? "Job has failed indexes" : one.message;
    if (!policy.per_index) break;
  }
  return all;
}

}  // namespace

JobResult run_job(const json& job, PodRunner& pods, const Clock& clock, const StopSignal& stop,
                  const JobEvents& events) {
  const JobPolicy policy = read_job_policy(job.at("spec"));
  if (policy.is_indexed) return run_indexes(job, policy, pods, clock, stop, events);
  return JobRun(job, job.at("spec").at("template"), policy, pods, clock, stop, events).run();
}

}  // namespace windlass::generator
