#include "core/sql/lexer.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace {

using windlass::sql::Lexer;
using windlass::sql::Token;
using windlass::sql::TokenKind;

std::vector<std::string> texts_of(std::string_view text) {
  std::vector<std::string> texts;
  Lexer lexer(text);
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next())
    texts.emplace_back(token.in(text));
  return texts;
}

struct Case {
  std::string text;
  std::vector<std::string> tokens;
};

void check_table(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    INFO(c.text);
    CHECK(texts_of(c.text) == c.tokens);
  }
}

}  // namespace

TEST_CASE("numbers are cut as the server cuts them") {
  check_table({
      {"1 1.5 .5 1. 1e5 1.5E-3 1e+2", {"1", "1.5", ".5", "1.", "1e5", "1.5E-3", "1e+2"}},
      {"1..10", {"1", "..", "10"}},
      {"1from", {"1", "from"}},
      {"1e 1e+ 1else", {"1", "e", "1", "e", "+", "1", "else"}},
      {"1_000 0xFF_F 0o17 0b101", {"1_000", "0xFF_F", "0o17", "0b101"}},
      {"0x 0o8 0b2", {"0", "x", "0", "o8", "0", "b2"}},
      {"$1 $12a", {"$1", "$12", "a"}},
  });
}

TEST_CASE("operators end before comments and before a sign that stands alone") {
  check_table({
      {"a=-1", {"a", "=", "-", "1"}},
      {"a@-1", {"a", "@-", "1"}},
      {"a <= b <> c", {"a", "<=", "b", "<>", "c"}},
      {"a+--c\nb", {"a", "+", "--c", "b"}},
      {"a*/*c*/b", {"a", "*", "/*c*/", "b"}},
      {"x::int := a..b", {"x", "::", "int", ":=", "a", "..", "b"}},
      {"'{}'::jsonb ?| array['a']", {"'{}'", "::", "jsonb", "?|", "array", "[", "'a'", "]"}},
  });
}

TEST_CASE("names may hold dollars and other letters, quotes may be doubled") {
  check_table({
      {"a$b$c _x \xC3\xBC"
       "ber",
       {"a$b$c", "_x",
        "\xC3\xBC"
        "ber"}},
      {"\"a\"\"b\".c", {"\"a\"\"b\"", ".", "c"}},
      {"U&\"d\\0061\" u&'x' UESCAPE '!'", {"U&\"d\\0061\"", "u&'x'", "UESCAPE", "'!'"}},
      {"e'\\'' E'' n'a' u'a'", {"e'\\''", "E''", "n'a'", "u", "'a'"}},
      {"$a$ $b$ $a$ $ $a", {"$a$ $b$ $a$", "$", "$", "a"}},
      {"; \\i", {";", "\\", "i"}},
  });
}

TEST_CASE("two strings with a line end between are one") {
  check_table({
      {"'a'\n'b'", {"'a'\n'b'"}},
      {"'a' -- c\n\t-- d\n 'b'", {"'a' -- c\n\t-- d\n 'b'"}},
      {"'a' 'b'", {"'a'", "'b'"}},
      {"'a' /* \n */ 'b'", {"'a'", "/* \n */", "'b'"}},
      {"'a'\n\"b\"", {"'a'", "\"b\""}},
  });
}

TEST_CASE("what is not closed runs to the end and says so") {
  for (const std::string text : {"'a", "E'a\\'", "E'a\\", "\"a", "$a$ $A$", "/* /* */", "'a'\n'b", "U&'"}) {
    INFO(text);
    Lexer lexer(text);
    const Token token = lexer.next();
    CHECK_FALSE(token.terminated);
    CHECK(token.end() == text.size());
    CHECK(lexer.next().kind == TokenKind::kEnd);
  }
}

TEST_CASE("a lexer goes on from where it is moved to") {
  const std::string text = "a -- c\nb";
  Lexer lexer(text, 2);
  CHECK(lexer.next_significant().in(text) == "b");
  CHECK(lexer.offset() == text.size());
  lexer.move_to(0);
  CHECK(lexer.next().in(text) == "a");
}

TEST_CASE("words are compared without regard to case, symbols as they are") {
  const std::string text = "SeLeCt \"select\" (";
  Lexer lexer(text);
  const Token word = lexer.next();
  const Token name = lexer.next();
  const Token parenthesis = lexer.next();
  CHECK(windlass::sql::is_word(word, text, "select"));
  CHECK_FALSE(windlass::sql::is_word(word, text, "selec"));
  CHECK_FALSE(windlass::sql::is_word(name, text, "select"));
  CHECK(windlass::sql::is_symbol(parenthesis, text, "("));
  CHECK_FALSE(windlass::sql::is_symbol(word, text, "("));
}
