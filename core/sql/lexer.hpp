// Cuts SQL text into PostgreSQL's tokens one by one, by the rules of its own scanners (scan.l, psqlscan.l).
#pragma once

#include <cstddef>
#include <string_view>

namespace windlass::sql {

enum class TokenKind {
  kEnd,         // nothing is left
  kComment,     // -- to the end of the line, or nested /* */
  kWord,        // an unquoted name or keyword; $ may stand inside it
  kQuotedName,  // "..." and U&"..."
  kString,      // '...', E'', U&'', B'', X'', N'', $tag$...$tag$
  kNumber,
  kParameter,  // $1
  kOperator,   // a run of operator characters, cut as the server cuts it
  kSymbol,     // ( ) [ ] , . : :: := .. and whatever SQL does not know
  kSemicolon,
  kBackslash,  // begins a psql meta-command: no SQL outside quotes holds one
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t offset = 0;
  std::size_t length = 0;
  bool terminated = true;  // false: a quote or comment that runs to the end of the text without its end

  std::size_t end() const { return offset + length; }
  std::string_view in(std::string_view text) const { return text.substr(offset, length); }
};

// Reads `text` from `offset` on. White space is skipped. standard_conforming_strings counts as on. Never
// fails: every byte that is not white space belongs to a token. The text must outlive the lexer.
class Lexer {
 public:
  explicit Lexer(std::string_view text, std::size_t offset = 0) : text_(text), at_(offset) {}

  // The next token; comments are tokens too.
  Token next();
  // The next token that is no comment.
  Token next_significant();
  // Whether the last token might be another one if more text followed: the text ended while it was read.
  bool saw_end() const { return saw_end_; }
  // Goes on at `offset`, forwards or backwards.
  void move_to(std::size_t offset) { at_ = offset; }
  std::size_t offset() const { return at_; }

 private:
  // Whether there is a character `ahead` of where the lexer stands; remembers when there is none.
  bool has(std::size_t ahead = 0) {
    if (at_ + ahead < text_.size()) return true;
    saw_end_ = true;
    return false;
  }
  char peek(std::size_t ahead = 0) { return has(ahead) ? text_[at_ + ahead] : '\0'; }
  bool starts(char first, char second) { return peek() == first && peek(1) == second; }
  // Steps to the next one of two characters, or to the end.
  void skip_to(char one, char other);
  void skip_white_space();
  Token finish(TokenKind kind, std::size_t begin, bool terminated = true) const;
  Token line_comment();
  Token block_comment();
  Token quoted(TokenKind kind, std::size_t prefix, bool with_backslashes);
  bool continues_string();
  Token dollar();
  Token word();
  Token number();
  Token operator_run();
  Token symbol();

  std::string_view text_;
  std::size_t at_;
  bool saw_end_ = false;
};

// Whether the token is the unquoted word `lower` (given in lower case), in any case.
bool is_word(const Token& token, std::string_view text, std::string_view lower);
// Whether the token is the symbol `symbol`, as in "(" or ".".
bool is_symbol(const Token& token, std::string_view text, std::string_view symbol);

}  // namespace windlass::sql
