#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  const bool argo = question.engine == Engine::kArgoCd;
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    if (objects[i].kind != "Job" || !is_hook(objects[i], question)) continue;
    if (number_at(objects[i].body, "/spec/activeDeadlineSeconds").value_or(0) > 0) continue;
    const auto message = argo ? "has no deadline: the sync waits for it without end when its pod cannot start"
                              : "has no deadline: Helm gives up at --timeout, and the Job goes on running";
    traps.push_back({i, "/spec", fmt::format("{} {}", objects[i].label(), message),
                     "Add activeDeadlineSeconds to spec, shorter than the timeout of what waits for it."});
  }
  return traps;
}

}  // namespace

const TrapRule kNoDeadline{
    "no-deadline", Under::kBoth, "A hook Job has no activeDeadlineSeconds.",
    "A missing ServiceAccount, Secret or image is no failure of a Job: it stays in progress. Argo CD has no "
    "time limit "
    "for a sync unless one is configured, so such a Job blocks the application for ever. Helm stops waiting "
    "after "
    "`--timeout` (five minutes for each hook), reports a failure, and leaves the Job running, beside which "
    "the next "
    "upgrade starts another one. `activeDeadlineSeconds` ends the Job first, and says so.",
    find_in};

}  // namespace windlass::generator::explain
