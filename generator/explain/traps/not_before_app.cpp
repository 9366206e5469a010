#include <fmt/format.h>

#include <optional>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

// A workload of the Sync phase whose wave is not after the Job's, where the Job is of that phase.
std::optional<Index> beside_in_sync(const std::vector<Object>& objects, Index job) {
  const auto mine = argo_hook(objects[job].body);
  if (mine.phases != std::vector{SyncPhase::kSync}) return std::nullopt;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto its = argo_hook(objects[i].body);
    if (is_workload(objects[i]) && !its.is_hook && !its.skipped && its.wave <= mine.wave) return i;
  }
  return std::nullopt;
}

std::optional<Index> beside_in_release(const std::vector<Object>& objects, Index job) {
  if (helm_hook(objects[job].body).is_hook) return std::nullopt;
  for (Index i = 0; i < objects.size(); ++i) {
    if (is_workload(objects[i]) && !helm_hook(objects[i].body).is_hook) return i;
  }
  return std::nullopt;
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    if (task_of(objects[i]) != Task::kMigrate) continue;
    const auto app =
        question.engine == Engine::kArgoCd ? beside_in_sync(objects, i) : beside_in_release(objects, i);
    if (!app) continue;
    traps.push_back(
        {i, hook_pointer(objects[i], question),
         fmt::format("{} starts without waiting for {}", objects[*app].label(), objects[i].label()),
         question.engine == Engine::kArgoCd ? "Make it a PreSync hook, or give it a lower sync-wave."
                                            : "Make it a pre-install,pre-upgrade hook."});
  }
  return traps;
}

}  // namespace

const TrapRule kNotBeforeApp{
    "not-before-app", Under::kBoth, "A migration Job does not run before the application.",
    "An ordinary Job is created among the other objects: Helm waits for nothing in between, and Argo CD "
    "not within one wave, in which Deployments even come first. The new release meets the old schema, and "
    "a migration that fails stops nothing. Make it a hook (PreSync; pre-install,pre-upgrade), or give it "
    "a wave before the application's.",
    find_in};

}  // namespace windlass::generator::explain
