#include <fmt/format.h>

#include <algorithm>

#include "generator/explain/hooks.hpp"
#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& /*question*/) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto events = helm_hook(objects[i].body).events;
    const bool rolls_back = std::find(events.begin(), events.end(), HelmEvent::kPreRollback) != events.end();
    const auto task = task_of(objects[i]);
    const bool undoes = objects[i].kind == "Job" && task != Task::kBackup && task != Task::kVerify;
    if (!rolls_back || !undoes) continue;
    traps.push_back(
        {i, annotation_pointer(kHelmHook),
         fmt::format("{} runs as the release that is gone back to had it", objects[i].label()),
         "Take the way back from what the database holds, or run it by hand before the rollback."});
  }
  return traps;
}

}  // namespace

const TrapRule kRollbackHook{
    "rollback-hook", Under::kHelm, "A rollback hook runs with the files of the old release.",
    "`helm rollback` runs the rollback hooks of the release that it goes back to: their image and "
    "ConfigMaps are the old ones and do not know the scripts that have to be undone. Undo scripts have to "
    "come from the database, or from an image that is the newest one.",
    find_in};

}  // namespace windlass::generator::explain
