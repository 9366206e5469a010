#include <fmt/format.h>

#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& /*question*/) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const std::size_t limit = objects[i].kind == "Job" ? 63 : objects[i].kind == "CronJob" ? 52 : 0;
    if (limit == 0 || objects[i].name.size() <= limit) continue;
    traps.push_back({i, "/metadata/name",
                     fmt::format("{} has a name of {} characters, {} are allowed", objects[i].kind,
                                 objects[i].name.size(), limit),
                     "Shorten the name."});
  }
  return traps;
}

}  // namespace

const TrapRule kNameTooLong{
    "name-too-long", Under::kBoth, "A Job's name has more than 63 characters, or a CronJob's more than 52.",
    "The name becomes a label of the pods; Kubernetes refuses a longer one, in the middle of the sync or "
    "release.",
    find_in};

}  // namespace windlass::generator::explain
