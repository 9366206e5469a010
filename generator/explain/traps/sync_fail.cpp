#include <fmt/format.h>

#include <algorithm>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    if (!is_hook_run(objects[i], question)) continue;
    const auto phases = argo_hook(objects[i].body).phases;
    if (std::find(phases.begin(), phases.end(), SyncPhase::kSyncFail) == phases.end()) continue;
    traps.push_back(
        {i, hook_pointer(objects[i], question),
         fmt::format("{} runs after any failure, also one behind the rollout", objects[i].label()),
         "Make it a suspended CronJob without a hook, to be started by hand."});
  }
  return traps;
}

}  // namespace

const TrapRule kSyncFail{
    "sync-fail", Under::kArgoCd, "Something runs on SyncFail.",
    "SyncFail hooks run after a failure of any phase, PostSync included: an automatic rollback there "
    "takes the schema back under a release that is already live. They run in every attempt of a retry, "
    "all at once whatever their waves, and not at all when the dry run fails or the operation is "
    "terminated. Keep the rollback as a suspended CronJob that a person starts.",
    find_in};

}  // namespace windlass::generator::explain
