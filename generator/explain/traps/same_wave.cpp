#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

// Phase and wave, or event and weight.
std::vector<std::tuple<int, std::int64_t>> places(const Object& job, const Question& question) {
  std::vector<std::tuple<int, std::int64_t>> places;
  if (question.engine == Engine::kArgoCd) {
    const auto hook = argo_hook(job.body);
    for (const auto phase : hook.phases) places.emplace_back(static_cast<int>(phase), hook.wave);
  } else {
    const auto hook = helm_hook(job.body);
    for (const auto event : hook.events) places.emplace_back(static_cast<int>(event), hook.weight);
  }
  return places;
}

struct Placed {
  Index job = 0;
  Task task = Task::kOther;
};

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  const auto how = question.engine == Engine::kArgoCd ? "start together" : "run in the order of their names";
  std::map<std::tuple<int, std::int64_t>, std::vector<Placed>> groups;
  for (const auto i : hook_jobs(objects, question)) {
    const auto task = task_of(objects[i]);
    if (task == Task::kOther) continue;
    for (const auto& place : places(objects[i], question)) groups[place].push_back({i, task});
  }
  std::vector<Trap> traps;
  std::set<Index> said;
  for (const auto& [place, jobs] : groups) {
    for (const auto& [job, task] : jobs) {
      const auto other = std::find_if(jobs.begin(), jobs.end(),
                                      [&, mine = task](const Placed& its) { return its.task != mine; });
      if (other == jobs.end() || !said.insert(job).second) continue;
      traps.push_back({job, wave_pointer(objects[job], question),
                       fmt::format("{} and {} {}", objects[job].label(), objects[other->job].label(), how),
                       "Give each of them a wave or weight of its own."});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kSameWave{
    "same-wave", Under::kBoth, "Backup, migration and verification share a wave or weight.",
    "Argo CD starts the Jobs of one wave together, so that the backup runs beside the migration. Helm "
    "runs hooks of one weight by name, whatever its documentation says of kinds. Give each its own wave "
    "or weight.",
    find_in};

}  // namespace windlass::generator::explain
