#include "generator/explain/traps/rules.hpp"

#include <array>

namespace windlass::generator::explain {

std::span<const TrapRule* const> trap_rules() {
  static constexpr std::array kRules = {&kUnknownHook, &kNeededLater, &kOldResult, &kNoDeadline};
  return kRules;
}

}  // namespace windlass::generator::explain
