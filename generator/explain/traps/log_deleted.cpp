#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (const auto i : hook_jobs(objects, question)) {
    const auto& job = objects[i];
    if (!policies_of(job, question).succeeded) continue;
    if (question.engine == Engine::kHelm && helm_hook(job.body).logs_success) continue;
    traps.push_back({i, policy_pointer(job, question),
                     fmt::format("{}: its log is gone when it has succeeded", job.label()),
                     fmt::format("Write {} alone, and ttlSecondsAfterFinished: 604800 in spec.",
                                 before_creation_word(question))});
  }
  return traps;
}

}  // namespace

const TrapRule kLogDeleted{
    "log-deleted", Under::kBoth, "A hook Job is deleted when it has succeeded.",
    "With it go its pods and their logs: what the migration did can no longer be looked up. Keep Jobs "
    "until the next run (`BeforeHookCreation`) and let `ttlSecondsAfterFinished` take them away after "
    "some days.",
    find_in};

}  // namespace windlass::generator::explain
