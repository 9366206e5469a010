#include <fmt/format.h>

#include <algorithm>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  const auto jobs = hook_jobs(objects, question);
  const bool migrates =
      std::any_of(jobs.begin(), jobs.end(), [&](Index i) { return task_of(objects[i]) == Task::kMigrate; });
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    if (!migrates || !is_workload(object) || object.kind == "DaemonSet" || !is_tracked(object, question))
      continue;
    if (!items_at(object.body, "/spec/template/spec/initContainers").empty()) continue;
    traps.push_back(
        {i, "/spec/template/spec",
         fmt::format("{} starts without looking whether the migration has run", object.label()),
         "Add an init container that waits for the schema's version, such as windlass-hook guard."});
  }
  return traps;
}

}  // namespace

const TrapRule kNoGuard{
    "no-guard", Under::kBoth, "Nothing in the application's pods waits for the schema.",
    "A hook is no guarantee. Self-heal, selective syncs, a rollback in Argo CD and `--no-hooks` start the "
    "new image without any hook, and Argo CD may take a new image for drift while another sync runs. An "
    "init container that asks the database for its version, and fails while it is behind, makes that "
    "harmless.",
    find_in};

}  // namespace windlass::generator::explain
