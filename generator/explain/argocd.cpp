#include "generator/explain/argocd.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "generator/explain/sync_walk.hpp"

namespace windlass::generator::explain {
namespace {

constexpr std::string_view kSelfHealRule = "self-heal";

Step step(std::string part, Verb verb, std::optional<Index> object, std::string reason,
          std::string_view rule) {
  return {std::move(part), {}, {}, verb, object, std::move(reason), rule, {}};
}

void append(std::vector<Step>& steps, std::vector<Step> more) {
  std::move(more.begin(), more.end(), std::back_inserter(steps));
}

// What a sync that succeeded has left of each hook.
std::vector<Left> left_by_success(const std::vector<Object>& objects) {
  std::vector<Left> left(objects.size(), Left::kNothing);
  for (const auto& task : tasks_of(objects)) {
    const auto hook = argo_hook(objects[task.object].body);
    const bool stays = hook.is_hook && !hook.policies.succeeded && task.phase != SyncPhase::kSyncFail;
    if (stays && !objects[task.object].generated) left[task.object] = Left::kSucceeded;
  }
  return left;
}

std::vector<Step> no_change(const std::vector<Object>& objects) {
  std::vector<Step> steps{step("auto-sync", Verb::kSay, {},
                               "the application is Synced: nothing runs, no hook either",
                               "hooks-not-compared")};
  Attempt attempt{.part = "sync by hand"};
  attempt.left = left_by_success(objects);
  steps.push_back(step(attempt.part, Verb::kSay, {}, "every hook runs again", "manual-sync"));
  append(steps, walk_sync(objects, attempt));
  return steps;
}

// The hook whose failure a retry is shown for: the last one with a health check in the first phase that has
// any, which is most often the migration.
std::optional<SyncTask> failing_task(const std::vector<Object>& objects, const std::vector<SyncTask>& tasks) {
  std::optional<SyncTask> failing;
  for (const auto& task : tasks) {
    const auto& object = objects[task.object];
    if (task.phase == SyncPhase::kSyncFail || !argo_hook(object.body).is_hook || !has_health(object))
      continue;
    if (failing && failing->phase != task.phase) break;
    failing = task;
  }
  return failing;
}

// The end of the attempt in which `failing` failed; what it leaves is written to `left`.
std::vector<Step> failed_attempt(const std::vector<Object>& objects, const std::vector<SyncTask>& tasks,
                                 const SyncTask& failing, std::vector<Left>& left) {
  const std::string part = "attempt 1";
  auto first = step(part, Verb::kSay, failing.object, "it has failed: nothing after its wave is started",
                    "hook-health");
  first.phase = sync_phase_name(failing.phase);
  first.wave = failing.wave;
  std::vector<Step> steps{std::move(first)};
  for (const auto& task : tasks) {
    const auto hook = argo_hook(objects[task.object].body);
    if (std::tie(task.phase, task.wave) > std::tie(failing.phase, failing.wave)) break;
    if (!hook.is_hook) continue;
    left[task.object] = task.object == failing.object ? Left::kFailed : Left::kSucceeded;
    if (!hook.policies.failed) continue;
    left[task.object] = Left::kNothing;
    steps.push_back(step(part, Verb::kDelete, task.object, "the sync has failed", "HookFailed"));
  }
  for (const auto& task : tasks) {
    if (task.phase != SyncPhase::kSyncFail) continue;
    auto create = step(part, Verb::kCreate, task.object, "the sync has failed", "SyncFail");
    create.phase = sync_phase_name(task.phase);
    create.wave = task.wave;
    steps.push_back(std::move(create));
  }
  auto end = step(part, Verb::kSay, {}, "the sync has failed and is tried again", "retry");
  end.shows = "one or more synchronization tasks completed unsuccessfully. Retrying attempt #1 at ...";
  steps.push_back(std::move(end));
  return steps;
}

std::vector<Step> retry(const std::vector<Object>& objects) {
  const auto tasks = tasks_of(objects);
  Attempt attempt{.part = "attempt 2"};
  attempt.left.assign(objects.size(), Left::kNothing);
  std::vector<Step> steps;
  if (const auto failing = failing_task(objects, tasks)) {
    steps = failed_attempt(objects, tasks, *failing, attempt.left);
  }
  steps.push_back(
      step(attempt.part, Verb::kSay, {}, "every wave from the first one, every hook again", "retry"));
  append(steps, walk_sync(objects, attempt));
  return steps;
}

std::vector<Step> self_heal(const std::vector<Object>& objects) {
  Attempt attempt{.hooks = Hooks::kSkip,
                  .skip_rule = kSelfHealRule,
                  .skip_reason = "a sync of chosen resources skips hooks",
                  .apply_reason = "when it has drifted",
                  .apply_rule = kSelfHealRule};
  return walk_sync(objects, attempt);
}

std::vector<Step> rollback(const std::vector<Object>& objects) {
  std::vector<Step> steps{step("", Verb::kSay, {},
                               "refused while auto-sync is on; the manifests are those of the old revision",
                               "rollback")};
  append(steps, walk_sync(objects, {.hooks = Hooks::kSkip,
                                    .skip_rule = "rollback",
                                    .skip_reason = "a rollback applies without hooks"}));
  return steps;
}

void delete_hooks(const std::vector<Object>& objects, const std::string& phase, bool ArgoHook::*runs,
                  std::vector<Step>& steps) {
  std::vector<Index> hooks;
  for (Index i = 0; i < objects.size(); ++i) {
    if (argo_hook(objects[i].body).*runs) hooks.push_back(i);
  }
  for (const auto i : hooks) {
    steps.push_back(step("", Verb::kCreate, i, "all at once", "delete-hooks"));
    steps.back().phase = phase;
  }
  for (const auto i : hooks) {
    if (!has_health(objects[i])) continue;
    steps.push_back(step("", Verb::kWait, i,
                         "until it is healthy; one that fails is deleted and created again", "delete-hooks"));
    steps.back().phase = phase;
  }
}

bool is_kept(const Object& object) {
  return object.kind == "CustomResourceDefinition" || has_option(object.body, kSyncOptions, "Delete=false") ||
         has_option(object.body, kResourcePolicy, "keep");
}

std::vector<Step> delete_application(const std::vector<Object>& objects) {
  std::vector<Step> steps;
  delete_hooks(objects, "PreDelete", &ArgoHook::pre_delete, steps);
  const auto left = left_by_success(objects);
  const auto replaced = replaced_objects(objects);
  std::map<std::int64_t, std::vector<Index>, std::greater<>> by_wave;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto hook = argo_hook(objects[i].body);
    const bool there = hook.is_hook ? left[i] != Left::kNothing : !hook.skipped;
    if (there && !replaced.contains(i)) by_wave[hook.wave].push_back(i);
  }
  for (const auto& [wave, members] : by_wave) {
    for (const auto i : members) {
      auto each = is_kept(objects[i])
                      ? step("", Verb::kSkip, i, "it stays", "kept")
                      : step("", Verb::kDelete, i, "all of its wave at once, then until they are gone",
                             "delete-order");
      each.wave = wave;
      steps.push_back(std::move(each));
    }
  }
  delete_hooks(objects, "PostDelete", &ArgoHook::post_delete, steps);
  return steps;
}

}  // namespace

std::vector<Step> argocd_steps(Event event, const std::vector<Object>& objects) {
  switch (event) {
    case Event::kNoChange: return no_change(objects);
    case Event::kRetry: return retry(objects);
    case Event::kSelfHeal: return self_heal(objects);
    case Event::kRollback: return rollback(objects);
    case Event::kDelete: return delete_application(objects);
    case Event::kFirstSync:
    case Event::kTest: break;
  }
  return walk_sync(objects, {.first = true});
}

}  // namespace windlass::generator::explain
