#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

std::vector<Diagnostic> find(const Subject& subject) {
  std::vector<Diagnostic> found;
  for (const auto& script : subject.scripts) {
    if (!script.prepared.script.statements.empty() || script.prepared.diagnostics.has_errors()) continue;
    found.push_back({Severity::kWarning,
                     {script.script->file},
                     "this script holds no statement",
                     "Write what it is for, or remove it before it is applied anywhere."});
  }
  return found;
}

}  // namespace

const Rule kEmptyScript{
    "empty-script", Severity::kWarning, "A script holds no statement.",
    "It would be applied, and its version taken: what was meant to stand in it would need a "
    "new one, since an applied script may not change.",
    find};

}  // namespace windlass::generator
