// Follows the tokens of one statement to know which semicolon ends it and whether COPY rows come behind it.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/sql/lexer.hpp"

namespace windlass::sql {

// A semicolon ends a statement unless it stands in parentheses (CREATE RULE ... DO (a; b)) or in the body of
// a routine (CREATE FUNCTION ... BEGIN ATOMIC a; b; END). A closing parenthesis too many is ignored, as psql
// does.
class StatementShape {
 public:
  // Takes the next token of the statement; no comments. The token's offset is about `text`, which begins at
  // byte `base` of the script.
  void add(const Token& token, std::string_view text, std::size_t base = 0);

  bool ends_at_semicolon() const { return parentheses_ == 0 && bodies_ == 0; }
  // COPY ... FROM STDIN, with or without options.
  bool reads_rows() const { return reads_rows_; }
  std::size_t open_parentheses() const { return parentheses_; }
  // Offset of the outermost "(" that is open, of the outermost BEGIN ATOMIC that has no END yet.
  std::size_t parenthesis_offset() const { return parenthesis_offset_; }
  std::size_t body_offset() const { return body_offset_; }

 private:
  // How far the first words of the statement, or of a statement inside a body, have been recognised.
  enum class Head { kStart, kCreate, kCreateOr, kRoutine, kCopy, kOther };

  Head next_head(const Token& token, std::string_view text) const;
  void add_outside_parentheses(const Token& token, std::string_view text);
  enum class Previous { kOther, kBegin, kFrom };

  Head head_ = Head::kStart;
  Previous previous_ = Previous::kOther;
  std::size_t previous_offset_ = 0;
  std::size_t parentheses_ = 0;
  std::size_t parenthesis_offset_ = 0;
  std::size_t bodies_ = 0;
  std::size_t body_offset_ = 0;
  bool reads_rows_ = false;
};

}  // namespace windlass::sql
