#include <fmt/format.h>

#include <algorithm>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (const auto& service : objects) {
    const auto* selector = find(service.body, "/spec/selector");
    if (service.kind != "Service" || selector == nullptr || !selector->is_object() || selector->empty())
      continue;
    for (Index i = 0; i < objects.size(); ++i) {
      if (!is_hook_run(objects[i], question) || objects[i].space != service.space) continue;
      const auto labels = pod_pointer(objects[i]).value_or("") + "/metadata/labels";
      const auto* given = find(objects[i].body, labels);
      const bool selected =
          given != nullptr && given->is_object() &&
          std::all_of(selector->items().begin(), selector->items().end(), [&](const auto& label) {
            return given->value(label.key(), nlohmann::json()) == label.value();
          });
      if (!selected) continue;
      traps.push_back({i, labels,
                       fmt::format("{} selects the pods of {}", service.label(), objects[i].label()),
                       "Give the pods of the hook labels that the Service does not select."});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kServiceSelectsHook{
    "service-selects-hook", Under::kBoth, "A Service of the application selects the pods of a hook.",
    "While the hook runs, its pod is among the endpoints, and requests of users go to a container that "
    "migrates. Give hook pods labels of their own.",
    find_in};

}  // namespace windlass::generator::explain
