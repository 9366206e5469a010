#include <fmt/format.h>

#include <set>
#include <utility>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/needs.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::string change_for(const LateNeed& late, const Object& user, const Object& needed,
                       const Question& question) {
  if (late.at_deletion) {
    return fmt::format("Give {} a copy of its own with the same hook.", user.label());
  }
  if (question.engine == Engine::kArgoCd) {
    const auto hook = argo_hook(user.body);
    if (hook.phases.front() == SyncPhase::kSync) {
      return fmt::format("Give {} a sync-wave below {}.", needed.label(), hook.wave);
    }
    return fmt::format(
        "Make {} a {} hook too, in a wave below {}, with the policy HookSucceeded; or let it exist "
        "beforehand.",
        needed.label(), sync_phase_name(hook.phases.front()), hook.wave);
  }
  return fmt::format("Make {} a hook of the same events with a weight below {}, or give {} one of its own.",
                     needed.label(), helm_hook(user.body).weight, user.label());
}

std::string consequence(const LateNeed& late) {
  if (late.at_deletion) return "which is gone when the application is deleted: it cannot start";
  if (!late.event) {
    const auto when = late.never ? "is never applied" : "is applied after it";
    return fmt::format("which {}: on the first sync it cannot start, later it sees the old one", when);
  }
  const auto what = *late.event == HelmEvent::kPreUpgrade ? "it sees the one of the last release"
                                                          : "it cannot start, and helm waits for its timeout";
  return fmt::format("which is not there at {}: {}", helm_event_name(*late.event), what);
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  std::set<std::pair<Index, Index>> said;  // once for all events
  for (const auto& late : late_needs(objects, question)) {
    if (!said.emplace(late.user, late.needed).second) continue;
    const auto& user = objects[late.user];
    const auto& needed = objects[late.needed];
    traps.push_back({late.needed, hook_pointer(needed, question),
                     fmt::format("{} needs {}, {}", user.label(), needed.label(), consequence(late)),
                     change_for(late, user, needed, question)});
  }
  return traps;
}

}  // namespace

const TrapRule kNeededLater{"needed-later", Under::kBoth, "A hook needs an object that comes after it.",
                            "Everything of the PreSync phase runs before anything of the Sync phase, "
                            "whatever the waves say, and pre-install "
                            "hooks run before the objects of the release exist. A Job whose ServiceAccount, "
                            "ConfigMap, Secret or volume comes "
                            "later cannot start on the first sync or install; it waits until its deadline, "
                            "and what it waits for is never "
                            "created. On later ones it starts with the last version: yesterday's scripts, "
                            "the old password. Make what a hook "
                            "needs a hook of an earlier wave or weight, with a policy that takes it away at "
                            "the end (`HookSucceeded`; Helm: "
                            "`before-hook-creation,hook-succeeded`), or let it exist beforehand.",
                            find_in};

}  // namespace windlass::generator::explain
