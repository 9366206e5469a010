#include "core/sql/masked.hpp"

#include "core/sql/lexer.hpp"

namespace windlass::sql {

std::string masked(std::string_view statement, std::size_t longest) {
  std::string text;
  Lexer lexer(statement);
  std::size_t end = 0;
  for (Token token = lexer.next_significant(); token.kind != TokenKind::kEnd;
       token = lexer.next_significant()) {
    if (!text.empty() && text.size() >= longest) return text + " ...";
    if (!text.empty() && token.offset > end) text += ' ';
    const bool literal = token.kind == TokenKind::kString || token.kind == TokenKind::kNumber;
    text += literal ? "?" : token.in(statement);
    end = token.end();
  }
  return text;
}

}  // namespace windlass::sql
