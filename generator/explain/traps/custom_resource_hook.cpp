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
    if (!custom || !is_hook(object, question)) continue;
    traps.push_back({i, hook_pointer(object, question),
                     fmt::format("{} is deleted and made again by its operator in every run", object.label()),
                     "Make it an ordinary object of an earlier wave, or let it exist beforehand."});
  }
  return traps;
}

}  // namespace

const TrapRule kCustomResourceHook{
    "custom-resource-hook", Under::kArgoCd, "A custom resource is a hook.",
    "What its operator makes of it takes time, and the operator's finalizer as well: deleted before each "
    "run, it holds the sync up or leaves with what it made, such as the Secret of an ExternalSecret, "
    "while pods use it. Without a health check in Argo CD it also counts as done as soon as it is "
    "applied. Make it an ordinary object in an earlier sync wave, or let it exist beforehand.",
    find_in};

}  // namespace windlass::generator::explain
