#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  const Providers providers(objects);
  for (const auto& user : objects) {
    if (!is_workload(user) || !is_tracked(user, question)) continue;
    for (const auto& reference : references_of(user)) {
      const auto used = providers.of(user, reference);
      if (!used || !is_hook(objects[*used], question)) continue;
      traps.push_back({*used, hook_pointer(objects[*used], question),
                       fmt::format("{} is a hook and {} uses it: it is deleted under its pods",
                                   objects[*used].label(), user.label()),
                       "Make it an ordinary object, and give the hooks one of their own."});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kSharedWithHook{
    "shared-with-hook", Under::kBoth, "The application uses an object that is a hook.",
    "The ServiceAccount, ConfigMap or Secret is deleted and created again with every run, or deleted at "
    "its end, under the pods that use it: their tokens end, and new pods do not start. An uninstall or a "
    "prune leaves it behind. Give the hooks objects of their own.",
    find_in};

}  // namespace windlass::generator::explain
