#include <fmt/format.h>

#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& /*question*/) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    if (objects[i].kind != "Application" || objects[i].group != "argoproj.io") continue;
    if (!is_true(objects[i].body, "/spec/syncPolicy/automated/selfHeal")) continue;
    traps.push_back({i, "/spec/syncPolicy/automated/selfHeal",
                     fmt::format("{} heals itself, and that runs no hook", objects[i].label()),
                     "Write selfHeal: false, or keep a guard in the application's pods."});
  }
  return traps;
}

}  // namespace

const TrapRule kSelfHeal{
    "self-heal", Under::kArgoCd, "An Application heals itself.",
    "Self-heal syncs the resources that differ, and such a sync runs no hook. When a commit lands while "
    "another sync runs, Argo CD may take the new image for drift: it is rolled out without its migration, "
    "and the history shows nothing. Turn selfHeal off where hooks migrate, or keep a guard in the "
    "application's pods.",
    find_in};

}  // namespace windlass::generator::explain
