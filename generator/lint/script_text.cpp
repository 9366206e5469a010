#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

// What the preparation found without naming a rule of its own.
void collect(const migrations::Preparation& prepared, std::vector<Diagnostic>& found) {
  for (const auto& fault : prepared.diagnostics.list()) {
    if (fault.rule.empty()) found.push_back(fault);
  }
}

std::vector<Diagnostic> find(const Subject& subject) {
  std::vector<Diagnostic> found;
  for (const auto& script : subject.scripts) collect(script.prepared, found);
  for (const auto& query : subject.queries) collect(query.prepared, found);
  return found;
}

}  // namespace

const Rule kScriptText{
    "script-text", Severity::kError, "A script cannot be cut into statements, or a placeholder has no value.",
    "A quote, comment or body without its end, a psql command, COPY without its end, a byte that "
    "is not text, or a placeholder that neither the project nor the environment gives a value. "
    "The hook refuses such a script as a whole.",
    find};

}  // namespace windlass::generator
