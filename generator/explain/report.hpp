// An explanation as text for people, as JSON for machines, as a Mermaid diagram for pages.
#pragma once

#include <string>
#include <vector>

#include "generator/explain/object.hpp"
#include "generator/explain/question.hpp"
#include "generator/explain/step.hpp"
#include "generator/explain/trap.hpp"

namespace windlass::generator::explain {

struct Explanation {
  Question question;
  std::vector<Step> steps;
  std::vector<std::string> outside;  // what has to exist beforehand
  std::vector<Trap> traps;
};

std::string to_text(const Explanation& explanation, const Input& input);
// docs/explain.md describes it.
std::string to_json(const Explanation& explanation, const Input& input);
std::string to_mermaid(const Explanation& explanation, const Input& input);

}  // namespace windlass::generator::explain
