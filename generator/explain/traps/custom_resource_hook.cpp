#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    const bool custom = object.group.find('.') != std::string::npos && !object.group.ends_with(".k8s.io");
    if (!custom || !is_hook(object, question) || !policies_of(object, question).before_creation) continue;
    traps.push_back(
        {i, hook_pointer(object, question),
         fmt::format("{} is deleted before each run, when its operator lets it go", object.label()),
         "Make it an ordinary object of an earlier wave, or let it exist beforehand."});
  }
  return traps;
}

}  // namespace

const TrapRule kCustomResourceHook{"custom-resource-hook", Under::kArgoCd,
                                   "A custom resource is a hook that is deleted before each run.",
                                   "Its operator's finalizer holds the deletion up, and the sync with it; "
                                   "what the operator has made of it goes as "
                                   "well, such as the Secret of an ExternalSecret, while pods use it. "
                                   "BeforeHookCreation is also the default. Make it "
                                   "an ordinary object in an earlier sync wave, let it exist beforehand, or "
                                   "write `HookSucceeded` alone when nothing "
                                   "has to be made of it.",
                                   find_in};

}  // namespace windlass::generator::explain
