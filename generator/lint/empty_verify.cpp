#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

std::vector<Diagnostic> find(const Subject& subject) {
  std::vector<Diagnostic> found;
  for (const auto& query : subject.queries) {
    const auto& prepared = query.prepared;
    if (!prepared.script.statements.empty() || prepared.diagnostics.has_errors()) continue;
    found.push_back({Severity::kError,
                     {prepared.script.source.file},
                     "this file holds no query",
                     "Write one that returns no rows when all is well, or remove the file."});
  }
  return found;
}

}  // namespace

const Rule kEmptyVerify{
    "empty-verify", Severity::kError, "A verify file holds no query.",
    "The verify phase fails on a file that proves nothing, so that a forgotten query is not "
    "taken for a passed one.",
    find};

}  // namespace windlass::generator
