#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::string consequence(const Question& question) {
  if (question.engine == Engine::kArgoCd) {
    return "after a failure the next sync fails again with its old result, and runs nothing";
  }
  return question.helm_version == HelmVersion::k3
             ? "once one is left, every later command fails with \"already exists\""
             : "once one is left, its old result counts for the next upgrade, and nothing is run";
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    // Helm 3 creates, and fails at whatever is there; the others apply what holds no result.
    const bool any_kind = question.engine == Engine::kHelm && question.helm_version == HelmVersion::k3;
    const bool counts = any_kind ? is_hook(objects[i], question) : is_hook_run(objects[i], question);
    if (!counts || objects[i].generated) continue;
    const auto policies = policies_of(objects[i], question);
    if (policies.before_creation) continue;
    const auto word = before_creation_word(question);
    traps.push_back(
        {i, policy_pointer(objects[i], question),
         fmt::format("{} is not deleted before it is created: {}", objects[i].label(), consequence(question)),
         fmt::format("Add {} to the policies.", word)});
  }
  return traps;
}

}  // namespace

const TrapRule kOldResult{"old-result", Under::kBoth,
                          "A hook Job or Pod of a fixed name is not deleted before it is created.",
                          "A policy that is written down takes the place of the default, which deletes the "
                          "object of the last run first. "
                          "`HookSucceeded` alone leaves a failed Job behind: Argo CD applies it, nothing "
                          "changes, and its old failure is "
                          "the new one. Helm 3 fails because the Job exists; Helm 4 applies it by "
                          "server-side apply and takes the finished "
                          "Job for this upgrade's, also when it had succeeded: the migration is not run, and "
                          "the upgrade goes through. "
                          "Write `BeforeHookCreation` (Helm: `before-hook-creation`) among the policies.",
                          find_in};

}  // namespace windlass::generator::explain
