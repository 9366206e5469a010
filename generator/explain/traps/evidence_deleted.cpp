#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    if (!is_hook(object, question) || !policies_of(object, question).failed) continue;
    const bool run = object.kind == "Job" || object.kind == "Pod";
    if (question.engine == Engine::kHelm && (!run || helm_hook(object.body).logs_failure)) continue;
    const auto what = run ? "its log is gone when it has failed" : "it is gone before SyncFail hooks start";
    traps.push_back(
        {i, policy_pointer(object, question), fmt::format("{}: {}", object.label(), what),
         fmt::format("Write {} in place of the policy for failures.", before_creation_word(question))});
  }
  return traps;
}

}  // namespace

const TrapRule kEvidenceDeleted{
    "evidence-deleted", Under::kBoth, "A failed hook is deleted with its log.",
    "With `HookFailed` Argo CD deletes, when a sync fails, every hook that has the policy, also those "
    "that succeeded, and before SyncFail hooks start: a ServiceAccount that they need is gone. Helm "
    "deletes the failed Job at once, unless `helm.sh/hook-output-log-policy: hook-failed` has its log "
    "printed first. What is left is a sentence without a cause.",
    find_in};

}  // namespace windlass::generator::explain
