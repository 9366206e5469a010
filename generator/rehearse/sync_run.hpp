// One sync, as Argo CD would go through it: object by object, until everything is done or a hook has failed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "generator/rehearse/objects.hpp"
#include "generator/rehearse/pod_runner.hpp"
#include "generator/rehearse/sync_order.hpp"

namespace windlass::generator {

enum class StepOutcome { kApplied, kSucceeded, kFailed, kNotReached };
std::string_view step_outcome_name(StepOutcome outcome);  // "applied", "succeeded", "failed", "notReached"

// What became of one object.
struct Step {
  SyncPhase phase = SyncPhase::kSync;
  std::int64_t wave = 0;
  std::string object;  // "Job/storefront-migrate"
  StepOutcome outcome = StepOutcome::kNotReached;
  std::string message;  // why it failed, as Argo CD shows it
  Milliseconds duration{};
  std::vector<ContainerResult> containers;  // of every attempt, in order
  std::vector<std::string> notes;
};

struct SyncResult {
  std::vector<Step> steps;
  bool succeeded() const;
};

// Told as it happens; any may be empty.
struct SyncEvents {
  std::function<void(const Step&)> began;  // a step with containers to run
  std::function<void(const ContainerResult&)> container_ended;
  std::function<void(const std::string&)> note;
  std::function<void(const Step&)> ended;
};

// A failed Job ends the sync after its own wave, of which Argo CD has started everything. ConfigMaps and
// Secrets go to `objects` when their turn comes. Of a Deployment, StatefulSet, DaemonSet or Pod the init
// containers that run windlass-hook are run, as its rollout would; the application itself is not. A CronJob
// or a suspended Job is applied only. Throws Error(kTerminated) on a stop request.
SyncResult run_sync(const SyncOrder& order, Objects& objects, PodRunner& pods, const Clock& clock,
                    const StopSignal& stop, const SyncEvents& events);

}  // namespace windlass::generator
