#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& job = objects[i];
    if (job.kind != "Job" || !is_true(job.body, "/spec/suspend")) continue;
    const bool hook = is_hook(job, question);
    if (!hook && (!is_tracked(job, question) || question.engine == Engine::kHelm)) continue;
    const auto what = hook ? "it is waited for without end" : "PostSync hooks never start";
    traps.push_back({i, "/spec/suspend", fmt::format("{} is suspended: {}", job.label(), what),
                     "Take suspend away; what is run by hand is a suspended CronJob."});
  }
  return traps;
}

}  // namespace

const TrapRule kSuspended{
    "suspended", Under::kBoth, "A Job is suspended.",
    "A suspended hook is waited for without end (Helm: until the timeout). When it is resumed, Argo CD "
    "takes it for healthy at once, while its pod is still running: the application is rolled out before "
    "the migration has ended. An ordinary Job that is suspended keeps the PostSync phase from starting.",
    find_in};

}  // namespace windlass::generator::explain
