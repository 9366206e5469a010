#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    if (!objects[i].generated || !is_hook(objects[i], question)) continue;
    traps.push_back(
        {i, "/metadata/generateName",
         fmt::format("{} gets another name in each run: nothing deletes the old ones", objects[i].label()),
         "Write metadata.name, with a hash of the content at its end."});
  }
  return traps;
}

}  // namespace

const TrapRule kGeneratedName{
    "generated-name", Under::kBoth, "A hook has generateName in place of a name.",
    "No policy finds the object of the last run by its name: each run leaves another Job, and hooks are "
    "never pruned. Argo CD makes the name of revision, phase and the time of the first attempt, so that a "
    "retry takes the finished Job for its own. Use a fixed name, or one with a hash of the content, and "
    "`ttlSecondsAfterFinished`.",
    find_in};

}  // namespace windlass::generator::explain
