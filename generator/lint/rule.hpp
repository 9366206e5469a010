// A lint rule: a stable id, what it finds and why, and the function that finds it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "generator/lint/subject.hpp"

namespace windlass::generator {

struct Rule {
  std::string_view id;  // in output and docs; never changes
  Severity severity;
  std::string_view finds;   // one sentence
  std::string_view reason;  // why it matters and what to do, for docs/lint.md
  // What it finds in the subject; id and severity are set by the caller.
  std::vector<Diagnostic> (*find)(const Subject& subject);
};

// One file each.
extern const Rule kScriptSet, kScriptText, kTransactionControl, kMixedTransaction, kMissingUndo,
    kMissingVerify, kEmptyVerify, kOrphanUndo, kEmptyScript, kMisnamedFile, kSyntaxError;

// Every rule, in the order of docs/lint.md.
std::span<const Rule* const> lint_rules();

}  // namespace windlass::generator
