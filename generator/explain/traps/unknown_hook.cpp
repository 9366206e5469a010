#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

// An annotation, and how the engine reads its words.
struct Reading {
  std::string_view key;
  std::vector<std::string_view> words;
  bool lower_case = false;
};

// Argo CD looks at Helm's annotation where its own is missing, and spells its words exactly.
Reading reading_of(const Object& object, const Question& question) {
  if (question.engine == Engine::kHelm) return {kHelmHook, helm_hook_words(), true};
  if (annotation(object.body, kArgoHook)) return {kArgoHook, argo_hook_words(), false};
  auto words = helm_hook_words();
  words.insert(words.end(), {"test-failure", "crd-install"});
  return {kHelmHook, std::move(words), false};
}

std::string change_for(const std::string& word, const std::vector<std::string_view>& words) {
  if (word == "crd-install") return "Put it into the folder crds/ of the chart, without the annotation.";
  const auto right = meant(word, words);
  if (!right.empty()) return fmt::format("Write {}.", right);
  return fmt::format("Write one of {}.", join({words.begin(), words.end()}, ", "));
}

bool is_applied(const Object& object, const Question& question) {
  if (question.engine == Engine::kHelm) return !helm_hook(object.body).dropped;
  const auto hook = argo_hook(object.body);
  return !hook.phases.empty() || hook.pre_delete || hook.post_delete;
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto reading = reading_of(objects[i], question);
    if (!annotation(objects[i].body, reading.key)) continue;
    auto values = annotation_values(objects[i].body, reading.key);
    if (values.empty()) values.emplace_back();
    const auto what = is_applied(objects[i], question) ? "the word does not count"
                                                       : "the object is never applied, and nobody is told";
    for (const auto& word : values) {
      const auto spelt = reading.lower_case ? to_lower(word) : word;
      if (std::find(reading.words.begin(), reading.words.end(), spelt) != reading.words.end()) continue;
      traps.push_back({i, annotation_pointer(reading.key),
                       fmt::format("{}: no hook is called '{}': {}", objects[i].label(), word, what),
                       change_for(word, reading.words)});
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
