#include "generator/explain/sync_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "generator/explain/needs.hpp"

namespace windlass::generator::explain {
namespace {

constexpr std::array<std::string_view, 14> kHealthKinds = {
    "Deployment", "StatefulSet",           "DaemonSet",  "ReplicaSet", "Pod",
    "Job",        "PersistentVolumeClaim", "APIService", "Ingress",    "HorizontalPodAutoscaler",
    "CronJob",    "ExternalSecret",        "Rollout",    "Certificate"};

bool runs_to_an_end(const Object& object) { return object.kind == "Job" || object.kind == "Pod"; }

std::string kind_path(const Object& object) {
  return fmt::format("{}/{}/{}", object.group, object.kind, object.name);
}

class Walk {
 public:
  Walk(const std::vector<Object>& objects, const Attempt& attempt)
      : objects_(objects), attempt_(attempt), replaced_(replaced_objects(objects)) {
    for (const auto& object : objects) hooks_.push_back(argo_hook(object.body));
    for (const auto& task : tasks_of(objects)) {
      const bool runs = attempt.hooks == Hooks::kRun || !hooks_[task.object].is_hook;
      if (task.phase != SyncPhase::kSyncFail && runs) tasks_.push_back(task);
    }
    if (!attempt.first) return;
    for (const auto& late : late_needs(objects, {})) {
      if (!late.at_deletion) late_.emplace(late.user, late.needed);
    }
  }

  std::vector<Step> run() {
    say(attempt_.hooks == Hooks::kRun ? "every object is tried, hooks included" : "every object is tried",
        "dry-run");
    for (Index i = 0; i < objects_.size(); ++i) skip(i);
    for (std::size_t begin = 0; begin < tasks_.size() && !failed_;) {
      std::size_t end = begin;
      while (end < tasks_.size() && same_wave(tasks_[begin], tasks_[end])) ++end;
      wave({tasks_.data() + begin, end - begin}, end == tasks_.size());
      begin = end;
    }
    if (!failed_) finish();
    return std::move(steps_);
  }

 private:
  static bool same_wave(const SyncTask& a, const SyncTask& b) {
    return a.phase == b.phase && a.wave == b.wave;
  }

  bool is_hook(const SyncTask& task) const { return hooks_[task.object].is_hook; }
  Left left_of(Index object) const { return attempt_.left.empty() ? Left::kNothing : attempt_.left[object]; }

  Step& add(const SyncTask* task, Verb verb, std::string reason, std::string_view rule) {
    Step step{attempt_.part, {}, {}, verb, {}, std::move(reason), rule, {}};
    if (task != nullptr) {
      step.phase = sync_phase_name(task->phase);
      step.wave = task->wave;
      step.object = task->object;
    }
    return steps_.emplace_back(std::move(step));
  }

  void say(std::string reason, std::string_view rule) { add(nullptr, Verb::kSay, std::move(reason), rule); }

  void skip(Index object) {
    const auto& hook = hooks_[object];
    const auto add_skip = [&](std::string reason, std::string_view rule) {
      add(nullptr, Verb::kSkip, std::move(reason), rule).object = object;
    };
    if (replaced_.contains(object)) return add_skip("another one of this name comes later", "repeated");
    if (hook.skipped) return add_skip("its hook is Skip", "hook-words");
    if (!hook.is_hook) return;
    if (hook.phases.empty() && (hook.pre_delete || hook.post_delete)) {
      return add_skip("it runs when the application is deleted", "delete-hooks");
    }
    if (hook.phases.empty()) return add_skip("no word of its hook annotation means a phase", "hook-words");
    if (attempt_.hooks == Hooks::kSkip) return add_skip(attempt_.skip_reason, attempt_.skip_rule);
    if (hook.phases == std::vector{SyncPhase::kSyncFail}) {
      add_skip("it runs when the sync has failed", "SyncFail");
    }
  }

  void wave(std::span<const SyncTask> tasks, bool last) {
    for (const auto& task : tasks) {
      const auto& hook = hooks_[task.object];
      if (is_hook(task) && hook.policies.before_creation && left_of(task.object) != Left::kNothing) {
        add(&task, Verb::kDelete, "the one that is left is deleted and waited for", "BeforeHookCreation");
      }
    }
    for (const auto& task : tasks) apply(task);
    if (failed_) return;
    const bool hooks = std::any_of(tasks.begin(), tasks.end(), [&](const auto& t) { return is_hook(t); });
    if (last && !hooks) {
      waits_for_health_ = false;
      return;
    }
    for (const auto& task : tasks) wait(task);
    if (failed_) say("the sync has failed: nothing after this wave is started", "hook-health");
  }

  void apply(const SyncTask& task) {
    const auto& object = objects_[task.object];
    if (!is_hook(task)) {
      add(&task, Verb::kApply, attempt_.apply_reason, attempt_.apply_rule);
      return;
    }
    const auto left = left_of(task.object);
    if (left == Left::kNothing || hooks_[task.object].policies.before_creation) {
      add(&task, Verb::kCreate, "by phase, wave, kind and name", "sync-order");
    } else if (!runs_to_an_end(object)) {
      add(&task, Verb::kApply, "it is left from before and applied in place", "hook-left");
    } else if (left == Left::kSucceeded) {
      add(&task, Verb::kTake, "the one from before is left and has succeeded: nothing is run", "hook-left");
      taken_.insert(task.object);
    } else {
      auto& step = add(&task, Verb::kTake, "the failed one is left: the sync fails again, nothing is run",
                       "hook-left");
      step.shows = "one or more synchronization tasks completed unsuccessfully";
      failed_ = true;
    }
  }

  void wait(const SyncTask& task) {
    const auto& object = objects_[task.object];
    if (!has_health(object)) return;
    if (!is_hook(task)) {
      add(&task, Verb::kWait, "until it is healthy", "resource-health").shows =
          fmt::format("waiting for healthy state of {}", kind_path(object));
      return;
    }
    if (taken_.contains(task.object)) return;
    add(&task, Verb::kWait, waited_for(task.object), "hook-health").shows = shown_of(object);
  }

  // Until when a hook is waited for. One that can never start fails the sync.
  std::string waited_for(Index hook) {
    const auto& object = objects_[hook];
    if (const auto late = late_.find(hook); late != late_.end()) {
      failed_ = true;
      const bool ends = number_at(object.body, "/spec/activeDeadlineSeconds").has_value();
      return fmt::format("{}: it cannot start without {}", ends ? "until its deadline" : "without end",
                         objects_[late->second].label());
    }
    if (object.kind == "Job" && is_true(object.body, "/spec/suspend")) return "without end: it is suspended";
    return object.kind == "Job" ? "until it is complete; its failure ends the sync after this wave"
                                : "until it is healthy; its failure ends the sync after this wave";
  }

  void finish() {
    std::set<Index> deleted;  // once, also when it is of two phases
    for (const auto& task : tasks_) {
      if (!is_hook(task) || !hooks_[task.object].policies.succeeded) continue;
      if (!deleted.insert(task.object).second) continue;
      add(nullptr, Verb::kDelete, "the sync has succeeded", "HookSucceeded").object = task.object;
    }
    auto& end = add(nullptr, Verb::kSay,
                    waits_for_health_ ? "the sync has succeeded" : "the sync ends without waiting",
                    waits_for_health_ ? "hook-health" : "last-wave");
    end.shows =
        waits_for_health_ ? "successfully synced (no more tasks)" : "successfully synced (all tasks run)";
  }

  const std::vector<Object>& objects_;
  const Attempt& attempt_;
  std::set<Index> replaced_;
  std::vector<ArgoHook> hooks_;
  std::vector<SyncTask> tasks_;
  std::map<Index, Index> late_;  // what a hook needs and does not have
  std::set<Index> taken_;        // whose old result counts
  std::vector<Step> steps_;
  bool failed_ = false;
  bool waits_for_health_ = true;
};

}  // namespace

std::set<Index> replaced_objects(const std::vector<Object>& objects) {
  std::set<Index> replaced;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, Index> last;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    if (object.generated) continue;
    const auto [seen, is_new] =
        last.emplace(std::tuple(object.group, object.kind, object.space, object.name), i);
    if (is_new) continue;
    replaced.insert(seen->second);
    seen->second = i;
  }
  return replaced;
}

std::vector<SyncTask> tasks_of(const std::vector<Object>& objects) {
  std::vector<const nlohmann::json*> bodies;
  for (const auto& object : objects) bodies.push_back(&object.body);
  auto tasks = sync_tasks(bodies);
  const auto replaced = replaced_objects(objects);
  std::erase_if(tasks, [&](const SyncTask& task) { return replaced.contains(task.object); });
  return tasks;
}

bool has_health(const Object& object) {
  const bool balances = object.kind == "Service" && text_at(object.body, "/spec/type") == "LoadBalancer";
  return balances || std::find(kHealthKinds.begin(), kHealthKinds.end(), object.kind) != kHealthKinds.end();
}

std::string shown_of(const Object& object) {
  const auto running = fmt::format("waiting for completion of hook {}", kind_path(object));
  if (object.kind == "Pod") return running + "; when it fails, its termination message";
  if (object.kind != "Job") return running;
  std::size_t index = 0;
  for (const auto& rule : items_at(object.body, "/spec/podFailurePolicy/rules")) {
    if (text_at(rule, "/action") == "FailJob" && find(rule, "/onExitCodes") != nullptr) {
      return fmt::format(
          "{}; when it fails, Container ... failed with exit code ... matching FailJob rule at "
          "index {}",
          running, index);
    }
    ++index;
  }
  return running + "; when it fails, Job has reached the specified backoff limit";
}

std::vector<Step> walk_sync(const std::vector<Object>& objects, const Attempt& attempt) {
  return Walk(objects, attempt).run();
}

}  // namespace windlass::generator::explain
