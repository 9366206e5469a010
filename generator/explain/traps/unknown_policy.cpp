#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "generator/explain/hooks.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

constexpr std::array<std::string_view, 3> kArgoWords = {"BeforeHookCreation", "HookSucceeded", "HookFailed"};
constexpr std::array<std::string_view, 3> kHelmWords = {"before-hook-creation", "hook-succeeded",
                                                        "hook-failed"};

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  const bool argo = question.engine == Engine::kArgoCd;
  const auto key = argo ? kArgoDeletePolicy : kHelmDeletePolicy;
  const auto& words = argo ? kArgoWords : kHelmWords;
  for (Index i = 0; i < objects.size(); ++i) {
    for (const auto& word : annotation_values(objects[i].body, key)) {
      const auto spelt = argo ? word : to_lower(word);
      if (std::find(words.begin(), words.end(), spelt) != words.end()) continue;
      traps.push_back({i, annotation_pointer(key),
                       fmt::format("{}: no delete policy is called '{}'", objects[i].label(), word),
                       fmt::format("Write one of {}.", join({words.begin(), words.end()}, ", "))});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kUnknownPolicy{
    "unknown-policy", Under::kBoth, "A delete policy is a word that the engine does not know.",
    "Argo CD passes over the word, and falls back to the default when none is left. Helm takes any word "
    "for a policy, so the default, which deletes the last run first, no longer holds: the next run finds "
    "the old Job.",
    find_in};

}  // namespace windlass::generator::explain
