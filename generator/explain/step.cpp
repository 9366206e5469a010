#include "generator/explain/step.hpp"

#include <array>

#include "generator/explain/argocd.hpp"
#include "generator/explain/helm.hpp"

namespace windlass::generator::explain {

std::string_view verb_name(Verb verb) {
  constexpr std::array<std::string_view, 7> kNames = {"create", "apply", "wait", "delete",
                                                      "take",   "skip",  "say"};
  return kNames.at(static_cast<std::size_t>(verb));
}

std::vector<Step> explain_steps(const Question& question, const std::vector<Object>& objects) {
  return question.engine == Engine::kHelm ? helm_steps(question, objects)
                                          : argocd_steps(question.event, objects);
}

}  // namespace windlass::generator::explain
