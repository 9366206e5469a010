#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    if (object.kind != "PersistentVolumeClaim" || !is_hook(object, question)) continue;
    traps.push_back({i, hook_pointer(object, question),
                     fmt::format("{}: the volume is deleted with what is on it in every run", object.label()),
                     "Take the hook annotation away, or let the claim exist beforehand."});
  }
  return traps;
}

}  // namespace

const TrapRule kVolumeAsHook{
    "volume-as-hook", Under::kBoth, "A PersistentVolumeClaim is a hook.",
    "A hook is deleted and created again in every run, by the default policy too, and the volume goes "
    "with the claim: backups on it last until the next sync. Make the claim an ordinary object, kept by "
    "`Delete=false` and `helm.sh/resource-policy: keep`, or let it exist beforehand.",
    find_in};

}  // namespace windlass::generator::explain
