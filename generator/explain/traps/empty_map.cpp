#include <fmt/format.h>

#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

// The JSON pointer of the first empty map; empty when there is none.
std::string empty_map_in(const nlohmann::json& value, const std::string& pointer) {
  if (value.is_object() && value.empty()) return pointer;
  if (!value.is_structured()) return {};
  for (const auto& [key, inner] : value.items()) {
    if (auto found = empty_map_in(inner, pointer + "/" + key); !found.empty()) return found;
  }
  return {};
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& /*question*/) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    if (object.kind != "CronJob" || !is_true(object.body, "/spec/suspend")) continue;
    const auto* job = find(object.body, "/spec/jobTemplate");
    const auto empty = job == nullptr ? "" : empty_map_in(*job, "/spec/jobTemplate");
    if (empty.empty()) continue;
    traps.push_back({i, empty, fmt::format("{}: Argo CD's create-job drops the empty map", object.label()),
                     "Write a value into it, or leave the key out."});
  }
  return traps;
}

}  // namespace

const TrapRule kEmptyMap{
    "empty-map", Under::kArgoCd, "A suspended CronJob holds an empty map.",
    "Argo CD's action to create a Job from a CronJob drops empty maps from the copy: `emptyDir: {}` "
    "becomes a volume without a source, and the Job is refused at the moment in which it is needed. Write "
    "something into the map: `emptyDir: {sizeLimit: 16Mi}`.",
    find_in};

}  // namespace windlass::generator::explain
