#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (const auto i : hook_jobs(objects, question)) {
    if (number_at(objects[i].body, "/spec/backoffLimit")) continue;
    traps.push_back(
        {i, "/spec",
         fmt::format("{} has no backoffLimit: a failing one is run seven times", objects[i].label()),
         "Add backoffLimit: 2, or less, to spec."});
  }
  return traps;
}

}  // namespace

const TrapRule kDefaultBackoff{
    "default-backoff", Under::kBoth, "A hook Job has no backoffLimit.",
    "The default is 6: a script that fails is run seven times in growing intervals, and in each of Argo "
    "CD's retries again, before anybody is told. Write 0 to 2.",
    find_in};

}  // namespace windlass::generator::explain
