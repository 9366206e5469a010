#include <fmt/format.h>

#include <map>
#include <tuple>

#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, Index> seen;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    if (object.generated) continue;
    const auto [first, is_new] =
        seen.emplace(std::tuple(object.group, object.kind, object.space, object.name), i);
    if (is_new) continue;
    const auto what =
        question.engine == Engine::kArgoCd ? "only the last one is applied" : "the second one fails";
    traps.push_back({i, "/metadata/name",
                     fmt::format("{} is there twice, before in {}: {}", object.label(),
                                 to_string(place_of(objects[first->second], "")), what),
                     "Give one of them another name."});
  }
  return traps;
}

}  // namespace

const TrapRule kSameName{
    "same-name", Under::kBoth, "Two objects have one kind, namespace and name.",
    "Argo CD keeps the last one only, hook or not, and mentions it in a condition that nobody reads: the "
    "other one is never applied. Helm creates the first one and fails at the second.",
    find_in};

}  // namespace windlass::generator::explain
