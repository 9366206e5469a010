#include <fmt/format.h>

#include "generator/explain/hooks.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  const auto key = question.engine == Engine::kArgoCd ? kSyncWave : kHelmWeight;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto text = annotation(objects[i].body, key);
    if (!text || is_whole_number(*text)) continue;
    traps.push_back({i, annotation_pointer(key),
                     fmt::format("{}: '{}' is no whole number and counts as 0", objects[i].label(), *text),
                     "Write a whole number in quotes."});
  }
  return traps;
}

}  // namespace

const TrapRule kNotANumber{
    "not-a-number", Under::kBoth, "A sync wave or hook weight is no whole number.",
    "Both engines take 0 for it, without a word, and the order is another one than was written down.",
    find_in};

}  // namespace windlass::generator::explain
