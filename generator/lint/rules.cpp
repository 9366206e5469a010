#include <array>

#include "generator/lint/rule.hpp"

namespace windlass::generator {

std::span<const Rule* const> lint_rules() {
  static constexpr std::array kRules = {
      &kScriptSet,   &kScriptText, &kTransactionControl, &kMixedTransaction, &kMissingUndo, &kMissingVerify,
      &kEmptyVerify, &kOrphanUndo, &kEmptyScript,        &kMisnamedFile,     &kSyntaxError};
  return kRules;
}

}  // namespace windlass::generator
