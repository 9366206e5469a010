#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "generator/explain/hooks.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

// The word that was meant: the same one without regard to case, dashes and underscores, or a near one.
std::string_view meant(const std::string& word, const std::vector<std::string_view>& words) {
  const auto bare = [](std::string_view text) {
    std::string result = to_lower(text);
    std::erase_if(result, [](char c) { return c == '-' || c == '_' || c == ' '; });
    return result;
  };
  for (const auto known : words) {
    if (bare(known) == bare(word)) return known;
  }
  return nearest(word, words);
}

std::string change_for(const std::string& word, const std::vector<std::string_view>& words) {
  const auto right = meant(word, words);
  if (!right.empty()) return fmt::format("Write {}.", right);
  return fmt::format("Write one of {}.", join({words.begin(), words.end()}, ", "));
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  const bool argo = question.engine == Engine::kArgoCd;
  const auto words = argo ? argo_hook_words() : helm_hook_words();
  const auto key = argo ? kArgoHook : kHelmHook;
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto value = annotation(objects[i].body, key);
    if (!value) continue;
    auto values = annotation_values(objects[i].body, key);
    if (values.empty()) values.emplace_back();
    const bool runs = argo ? !argo_hook(objects[i].body).phases.empty() : !helm_hook(objects[i].body).dropped;
    for (const auto& word : values) {
      const auto spelt = argo ? word : to_lower(word);
      if (std::find(words.begin(), words.end(), spelt) != words.end()) continue;
      if (!argo && spelt == "crd-install") continue;
      const auto what = runs ? "the word does not count" : "the object is never applied, and nobody is told";
      traps.push_back({i, annotation_pointer(key),
                       fmt::format("{}: no hook is called '{}': {}", objects[i].label(), word, what),
                       change_for(word, words)});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kUnknownHook{"unknown-hook", Under::kBoth,
                            "A hook annotation holds a word that the engine does not know.",
                            "Argo CD reads its words exactly as they are spelt: an object whose annotation "
                            "says `presync` is neither a hook "
                            "nor an ordinary object, and is left out of every sync without a message. Helm "
                            "leaves out the whole object when "
                            "one word of several is unknown, one of Argo CD's among them.",
                            find_in};

}  // namespace windlass::generator::explain
