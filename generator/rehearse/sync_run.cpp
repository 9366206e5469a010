#include "generator/rehearse/sync_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "core/base/error.hpp"
#include "generator/rehearse/job_runner.hpp"

namespace windlass::generator {
namespace {

using nlohmann::json;

constexpr Milliseconds kRolloutLimit{10 * 60'000};  // Kubernetes' progressDeadlineSeconds

bool has_rollout(const std::string& kind) {
  constexpr std::array<std::string_view, 4> kKinds{"Deployment", "StatefulSet", "DaemonSet", "Pod"};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

// The pod template of a workload with the init containers that run the hook, and nothing else to run.
json guards_of(const SyncObject& object) {
  json pod = object.kind == "Pod" ? object.body : object.body.at("spec").at("template");
  json guards = json::array();
  for (const auto& container : items_at(pod.at("spec"), "initContainers")) {
    if (!hook_phase(container).empty()) guards.push_back(container);
  }
  pod["spec"]["initContainers"] = guards;
  pod["spec"]["containers"] = json::array();
  return pod;
}

class SyncRun {
 public:
  SyncRun(Objects& objects, PodRunner& pods, const Clock& clock, const StopSignal& stop,
          const SyncEvents& events)
      : objects_(objects), pods_(pods), clock_(clock), stop_(stop), events_(events) {}

  Step run(const SyncObject& object) {
    step_ = {.phase = object.phase,
             .wave = object.wave,
             .object = object.label(),
             .outcome = StepOutcome::kApplied,
             .message = {},
             .containers = {},
             .notes = {}};
    const auto begin = clock_.now();
    try {
      execute(object);
    } catch (const json::exception& error) {
      throw Error(ExitCode::kConfiguration,
                  fmt::format("{} is not as Kubernetes wants it: {}", object.label(), error.what()));
    }
    step_.duration = elapsed(clock_, begin);
    if (events_.ended) events_.ended(step_);
    return std::move(step_);
  }

 private:
  void execute(const SyncObject& object) {
    objects_.apply(object.body);
    if (object.kind == "Job" && !object.body.at("spec").value("suspend", false)) {
      begin_step();
      const auto result = run_job(
          object.body, pods_, clock_, stop_,
          {[&](const auto& container) { add(container); }, [&](const auto& note) { add_note(note); }});
      end(result.complete, result.message);
    } else if (has_rollout(object.kind)) {
      roll_out(object);
    }
  }

  void roll_out(const SyncObject& object) {
    const json pod = guards_of(object);
    if (pod.at("spec").at("initContainers").empty()) return;
    begin_step();
    const auto result = pods_.run(pod_facts(object.body, pod), pod.at("spec"), kRolloutLimit,
                                  [&](const auto& container) { add(container); });
    end(result.succeeded(),
        fmt::format("init container {} keeps the new pods from starting", result.containers.back().name));
  }

  void begin_step() const {
    if (events_.began) events_.began(step_);
  }

  void add(const ContainerResult& container) {
    step_.containers.push_back(container);
    if (events_.container_ended) events_.container_ended(container);
  }

  void add_note(const std::string& note) {
    step_.notes.push_back(note);
    if (events_.note) events_.note(note);
  }

  void end(bool succeeded, const std::string& failure) {
    step_.outcome = succeeded ? StepOutcome::kSucceeded : StepOutcome::kFailed;
    if (!succeeded) step_.message = failure;
  }

  Objects& objects_;
  PodRunner& pods_;
  const Clock& clock_;
  const StopSignal& stop_;
  const SyncEvents& events_;
  Step step_;
};

}  // namespace

std::string_view step_outcome_name(StepOutcome outcome) {
  constexpr std::array<std::string_view, 4> kNames{"applied", "succeeded", "failed", "notReached"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

bool SyncResult::succeeded() const {
  return std::none_of(steps.begin(), steps.end(), [](const Step& step) {
    return step.outcome == StepOutcome::kFailed || step.outcome == StepOutcome::kNotReached;
  });
}

SyncResult run_sync(const SyncOrder& order, Objects& objects, PodRunner& pods, const Clock& clock,
                    const StopSignal& stop, const SyncEvents& events) {
  SyncResult result;
  SyncRun run(objects, pods, clock, stop, events);
  const Step* failed = nullptr;
  result.steps.reserve(order.objects.size());  // `failed` points into it
  for (const auto& object : order.objects) {
    const bool reached =
        failed == nullptr || std::tuple(failed->phase, failed->wave) == std::tuple(object.phase, object.wave);
    if (reached) {
      result.steps.push_back(run.run(object));
    } else {
      result.steps.push_back({.phase = object.phase,
                              .wave = object.wave,
                              .object = object.label(),
                              .message = {},
                              .containers = {},
                              .notes = {}});
      if (events.ended) events.ended(result.steps.back());
    }
    if (failed == nullptr && result.steps.back().outcome == StepOutcome::kFailed)
      failed = &result.steps.back();
  }
  return result;
}

}  // namespace windlass::generator
