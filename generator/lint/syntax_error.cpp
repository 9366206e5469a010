#include <fmt/format.h>

#include "core/sql/classify.hpp"
#include "generator/lint/rule.hpp"

namespace windlass::generator {
namespace {

void collect(const migrations::Preparation& prepared, std::vector<Diagnostic>& found) {
  if (prepared.diagnostics.has_errors()) return;  // its statements may be cut wrong
  const auto& script = prepared.script;
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    const auto& statement = script.statements[i];
    if (statement.kind == sql::StatementKind::kMetaCommand) continue;
    const auto error = sql::check_syntax(script.text(i));
    if (!error) continue;
    const std::size_t offset = statement.offset + error->offset;
    found.push_back(
        {Severity::kWarning, script.position(offset), error->message,
         "The parser knows PostgreSQL 15; ignore this when the server is newer and the syntax is too.",
         script.replaced.line(offset)});
  }
}

std::vector<Diagnostic> find(const Subject& subject) {
  std::vector<Diagnostic> found;
  for (const auto& script : subject.scripts) collect(script.prepared, found);
  for (const auto& query : subject.queries) collect(query.prepared, found);
  return found;
}

}  // namespace

const Rule kSyntaxError{
    "syntax-error", Severity::kWarning, "PostgreSQL's own parser does not accept a statement.",
    "The parser is that of PostgreSQL 15, so syntax that a newer server knows is reported as "
    "well; hence a warning. Names are not looked up: a missing table is found by "
    "`windlass rehearse`.",
    find};

}  // namespace windlass::generator
