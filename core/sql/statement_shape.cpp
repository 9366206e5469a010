#include "core/sql/statement_shape.hpp"

namespace windlass::sql {

void StatementShape::add(const Token& token, std::string_view text, std::size_t base) {
  if (is_symbol(token, text, "(")) {
    if (parentheses_++ == 0) parenthesis_offset_ = base + token.offset;
    if (head_ == Head::kStart) head_ = Head::kOther;
  } else if (is_symbol(token, text, ")")) {
    if (parentheses_ > 0) --parentheses_;
  } else if (parentheses_ == 0) {
    add_outside_parentheses(token, text);
  }
  previous_ = is_word(token, text, "begin")  ? Previous::kBegin
              : is_word(token, text, "from") ? Previous::kFrom
                                             : Previous::kOther;
  previous_offset_ = base + token.offset;
}

void StatementShape::add_outside_parentheses(const Token& token, std::string_view text) {
  if (token.kind == TokenKind::kSemicolon) {
    if (bodies_ > 0) head_ = Head::kStart;
    return;
  }
  // Only where a statement could begin does END end a body: the END of a CASE, t.end and AS end never stand
  // there.
  if (bodies_ > 0 && head_ == Head::kStart && is_word(token, text, "end")) {
    --bodies_;
    head_ = Head::kOther;
    return;
  }
  if (head_ == Head::kRoutine && previous_ == Previous::kBegin && is_word(token, text, "atomic")) {
    if (bodies_++ == 0) body_offset_ = previous_offset_;
    head_ = Head::kStart;
    return;
  }
  // The grammar takes STDOUT for STDIN here, and the server then waits for rows as well.
  if (head_ == Head::kCopy && bodies_ == 0 && previous_ == Previous::kFrom &&
      (is_word(token, text, "stdin") || is_word(token, text, "stdout"))) {
    reads_rows_ = true;
  }
  head_ = next_head(token, text);
}

StatementShape::Head StatementShape::next_head(const Token& token, std::string_view text) const {
  switch (head_) {
    case Head::kStart:
      if (is_word(token, text, "create")) return Head::kCreate;
      return is_word(token, text, "copy") ? Head::kCopy : Head::kOther;
    case Head::kCreate:
      if (is_word(token, text, "or")) return Head::kCreateOr;
      if (is_word(token, text, "function") || is_word(token, text, "procedure")) return Head::kRoutine;
      return Head::kOther;
    case Head::kCreateOr: return is_word(token, text, "replace") ? Head::kCreate : Head::kOther;
    case Head::kRoutine:
    case Head::kCopy:
    case Head::kOther: break;
  }
  return head_;
}

}  // namespace windlass::sql
