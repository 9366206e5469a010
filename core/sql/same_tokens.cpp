#include <algorithm>
#include <vector>

#include "core/base/text.hpp"
#include "core/sql/classify.hpp"
#include "core/sql/lexer.hpp"
#include "core/sql/split.hpp"

namespace windlass::sql {
namespace {

bool is_same_statement(std::string_view a, std::string_view b) {
  Lexer left(a);
  Lexer right(b);
  for (;;) {
    const Token x = left.next_significant();
    const Token y = right.next_significant();
    if (x.kind != y.kind) return false;
    if (x.kind == TokenKind::kEnd) return true;
    const bool same =
        x.kind == TokenKind::kWord ? to_lower(x.in(a)) == to_lower(y.in(b)) : x.in(a) == y.in(b);
    if (!same) return false;
  }
}

std::vector<Statement> sent_to_server(SplitResult result) {
  std::erase_if(result.statements, [](const Statement& s) { return s.kind == StatementKind::kMetaCommand; });
  return std::move(result.statements);
}

}  // namespace

bool same_tokens(std::string_view a, std::string_view b) {
  SplitResult left = split(a, "");
  SplitResult right = split(b, "");
  if (left.diagnostics.has_errors() || right.diagnostics.has_errors()) return a == b;
  const auto x = sent_to_server(std::move(left));
  const auto y = sent_to_server(std::move(right));
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [&](const Statement& s, const Statement& t) {
    return s.kind == t.kind && s.copy_data(a) == t.copy_data(b) && is_same_statement(s.text(a), t.text(b));
  });
}

}  // namespace windlass::sql
