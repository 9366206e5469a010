#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    const bool holds_data = object.kind == "ConfigMap" || object.kind == "Secret";
    if (!holds_data || !is_true(object.body, "/immutable") || !is_hook(object, question)) continue;
    if (policies_of(object, question).before_creation || has_changing_suffix(object.name)) continue;
    traps.push_back(
        {i, "/immutable",
         fmt::format("{} stays after a failed sync, and the repaired one cannot replace it", object.label()),
         "End its name in a hash of its content."});
  }
  return traps;
}

}  // namespace

const TrapRule kImmutableHook{
    "immutable-hook", Under::kArgoCd,
    "An immutable ConfigMap or Secret is a hook that a failed sync leaves behind.",
    "With `HookSucceeded` alone it stays after a failed sync, and the repaired one cannot be applied over "
    "it: `field is immutable when immutable is set`. Write a hash of the content into its name.",
    find_in};

}  // namespace windlass::generator::explain
