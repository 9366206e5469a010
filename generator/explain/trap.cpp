#include "generator/explain/trap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

bool applies(const TrapRule& rule, const Question& question) {
  if (rule.under == Under::kBoth) return true;
  return (rule.under == Under::kArgoCd) == (question.engine == Engine::kArgoCd);
}

std::string_view under_text(Under under) {
  if (under == Under::kBoth) return "Argo CD and Helm";
  return under == Under::kArgoCd ? "Argo CD" : "Helm";
}

}  // namespace

std::vector<Trap> find_traps(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (const auto* rule : trap_rules()) {
    if (!applies(*rule, question)) continue;
    for (auto& trap : rule->find(objects, question)) {
      trap.rule = rule->id;
      traps.push_back(std::move(trap));
    }
  }
  const auto key = [&](const Trap& trap) {
    const auto place = place_of(objects[trap.object], trap.pointer);
    return std::tuple(place.file, place.line, place.column);
  };
  std::stable_sort(traps.begin(), traps.end(), [&](const Trap& a, const Trap& b) { return key(a) < key(b); });
  return traps;
}

std::string trap_reference() {
  std::string text;
  for (const auto* rule : trap_rules()) {
    text += fmt::format("\n### {}\n\n{}. {} {}\n", rule->id, under_text(rule->under), rule->finds, rule->why);
  }
  return text;
}

}  // namespace windlass::generator::explain
