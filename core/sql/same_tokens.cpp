#include "core/base/text.hpp"
#include "core/sql/classify.hpp"
#include "core/sql/lexer.hpp"

namespace windlass::sql {

bool same_tokens(std::string_view a, std::string_view b) {
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

}  // namespace windlass::sql
