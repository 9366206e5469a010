#include "core/sql/lexer.hpp"

#include <algorithm>

namespace windlass::sql {
namespace {

constexpr std::string_view kOperatorCharacters = "~!@#^&|`?+-*/%<>=";
// A multi-character operator may end in + or - only if it holds one of these (PostgreSQL, "Operators").
constexpr std::string_view kOperatorsThatKeepSign = "~!@#^&|`?%";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_line_end(char c) { return c == '\n' || c == '\r'; }
bool is_white_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins_word(char c) {
  return (lowered(c) >= 'a' && lowered(c) <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80U;
}
bool continues_tag(char c) { return begins_word(c) || is_digit(c); }
bool continues_word(char c) { return continues_tag(c) || c == '$'; }

bool is_radix_digit(char c, char radix) {
  const char low = lowered(c);
  if (radix == 'x') return is_digit(c) || (low >= 'a' && low <= 'f');
  return c >= '0' && c <= (radix == 'o' ? '7' : '1');
}

}  // namespace

Token Lexer::next_significant() {
  Token token = next();
  while (token.kind == TokenKind::kComment) token = next();
  return token;
}

Token Lexer::next() {
  saw_end_ = false;
  skip_white_space();
  if (!has()) return Token{TokenKind::kEnd, text_.size(), 0, true};
  const char c = peek();
  const char low = lowered(c);
  if (begins_word(c) && peek(1) != '\'' && peek(1) != '&') return word();
  if (starts('-', '-')) return line_comment();
  if (starts('/', '*')) return block_comment();
  if (c == '\'') return quoted(TokenKind::kString, 0, false);
  if (c == '"') return quoted(TokenKind::kQuotedName, 0, false);
  if (peek(1) == '\'' && (low == 'e' || low == 'b' || low == 'x' || low == 'n')) {
    return quoted(TokenKind::kString, 1, low == 'e');
  }
  if (low == 'u' && peek(1) == '&' && peek(2) == '\'') return quoted(TokenKind::kString, 2, false);
  if (low == 'u' && peek(1) == '&' && peek(2) == '"') return quoted(TokenKind::kQuotedName, 2, false);
  if (begins_word(c)) return word();
  if (c == '$') return dollar();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
  if (kOperatorCharacters.find(c) != std::string_view::npos) return operator_run();
  return symbol();
}

void Lexer::skip_to(char one, char other) {
  if (one == other) {  // long literals and data: as fast as memory
    at_ = std::min(text_.find(one, at_), text_.size());
  } else {
    while (at_ < text_.size() && text_[at_] != one && text_[at_] != other) ++at_;
  }
  has();
}

void Lexer::skip_white_space() {
  while (has() && is_white_space(text_[at_])) ++at_;
}

Token Lexer::finish(TokenKind kind, std::size_t begin, bool terminated) const {
  return Token{kind, begin, at_ - begin, terminated};
}

Token Lexer::line_comment() {
  const std::size_t begin = at_;
  skip_to('\n', '\r');
  return finish(TokenKind::kComment, begin);
}

Token Lexer::block_comment() {
  const std::size_t begin = at_;
  std::size_t depth = 0;
  while (has()) {
    if (starts('/', '*')) {
      ++depth;
      at_ += 2;
    } else if (starts('*', '/')) {
      at_ += 2;
      if (--depth == 0) return finish(TokenKind::kComment, begin);
    } else {
      ++at_;
      skip_to('/', '*');
    }
  }
  return finish(TokenKind::kComment, begin, false);
}

Token Lexer::quoted(TokenKind kind, std::size_t prefix, bool with_backslashes) {
  const std::size_t begin = at_;
  at_ += prefix;
  const char quote = text_[at_++];
  while (true) {
    skip_to(quote, with_backslashes ? '\\' : quote);
    if (!has()) return finish(kind, begin, false);
    if (text_[at_] == '\\') {
      at_ += has(1) ? 2 : 1;
      continue;
    }
    ++at_;
    if (peek() == quote) {
      ++at_;
    } else if (kind != TokenKind::kString || !continues_string()) {
      return finish(kind, begin);
    }
  }
}

// 'a' <line end> 'b' is one string, and the second half keeps the rules of the first. Steps over the gap and
// the opening quote when there is one.
bool Lexer::continues_string() {
  const std::size_t end = at_;
  bool line_ended = false;
  while (has()) {
    if (is_white_space(peek())) {
      line_ended = line_ended || is_line_end(peek());
      ++at_;
    } else if (starts('-', '-')) {
      line_comment();
    } else {
      break;
    }
  }
  if (line_ended && peek() == '\'') {
    ++at_;
    return true;
  }
  at_ = end;
  return false;
}

Token Lexer::dollar() {
  const std::size_t begin = at_++;
  if (is_digit(peek())) {
    while (is_digit(peek())) ++at_;
    return finish(TokenKind::kParameter, begin);
  }
  std::size_t tag_end = at_;
  if (tag_end < text_.size() && begins_word(text_[tag_end])) {
    while (tag_end < text_.size() && continues_tag(text_[tag_end])) ++tag_end;
  }
  if (tag_end >= text_.size()) saw_end_ = true;
  if (tag_end >= text_.size() || text_[tag_end] != '$') return finish(TokenKind::kSymbol, begin);
  const std::string_view delimiter = text_.substr(begin, tag_end + 1 - begin);
  const std::size_t close = text_.find(delimiter, begin + delimiter.size());
  if (close == std::string_view::npos) saw_end_ = true;
  at_ = close == std::string_view::npos ? text_.size() : close + delimiter.size();
  return finish(TokenKind::kString, begin, close != std::string_view::npos);
}

Token Lexer::word() {
  const std::size_t begin = at_;
  while (has() && continues_word(text_[at_])) ++at_;
  return finish(TokenKind::kWord, begin);
}

Token Lexer::number() {
  const std::size_t begin = at_;
  const char radix = peek() == '0' ? lowered(peek(1)) : '\0';
  if ((radix == 'x' || radix == 'o' || radix == 'b') && is_radix_digit(peek(2), radix)) {
    at_ += 2;
    while (is_radix_digit(peek(), radix) || (peek() == '_' && is_radix_digit(peek(1), radix))) ++at_;
    return finish(TokenKind::kNumber, begin);
  }
  const auto digits = [this] {
    while (is_digit(peek()) || (peek() == '_' && is_digit(peek(1)))) ++at_;
  };
  digits();
  if (peek() == '.' && peek(1) != '.') {
    ++at_;
    digits();
  }
  const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
  if (lowered(peek()) == 'e' && is_digit(peek(1 + sign))) {
    at_ += 1 + sign;
    digits();
  }
  return finish(TokenKind::kNumber, begin);
}

Token Lexer::operator_run() {
  const std::size_t begin = at_;
  while (has() && kOperatorCharacters.find(text_[at_]) != std::string_view::npos) {
    if (at_ > begin && (starts('-', '-') || starts('/', '*'))) break;
    ++at_;
  }
  const bool keeps_sign =
      text_.substr(begin, at_ - begin).find_first_of(kOperatorsThatKeepSign) != std::string_view::npos;
  while (!keeps_sign && at_ - begin > 1 && (text_[at_ - 1] == '+' || text_[at_ - 1] == '-')) --at_;
  return finish(TokenKind::kOperator, begin);
}

Token Lexer::symbol() {
  const std::size_t begin = at_;
  const bool two = starts(':', ':') || starts(':', '=') || starts('.', '.');
  at_ += two ? 2 : 1;
  if (text_[begin] == ';') return finish(TokenKind::kSemicolon, begin);
  if (text_[begin] == '\\') return finish(TokenKind::kBackslash, begin);
  return finish(TokenKind::kSymbol, begin);
}

bool is_word(const Token& token, std::string_view text, std::string_view lower) {
  if (token.kind != TokenKind::kWord || token.length != lower.size()) return false;
  const std::string_view word = token.in(text);
  return std::equal(word.begin(), word.end(), lower.begin(), [](char a, char b) { return lowered(a) == b; });
}

bool is_symbol(const Token& token, std::string_view text, std::string_view symbol) {
  return token.kind == TokenKind::kSymbol && token.in(text) == symbol;
}

}  // namespace windlass::sql
