// Reads the first words of a statement: keywords, names as they are written, option lists in parentheses.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/sql/lexer.hpp"

namespace windlass::sql {

// Options of a list such as (VERBOSE, CONCURRENTLY FALSE) or (connect = false): names and values in lower
// case, values without quotes, empty where none is written.
using Options = std::map<std::string, std::string>;

// Whether a boolean value is written as PostgreSQL writes false, quoted or not, in any case.
bool is_false(std::string_view written);
// PostgreSQL's reading of a boolean option: written and not false, off, no or 0.
bool is_on(const Options& options, const std::string& name);
// Whether the option is written and switched off.
bool is_off(const Options& options, const std::string& name);

// Reads from the left, token by token, comments left out. The statement must outlive the reader.
class WordReader {
 public:
  explicit WordReader(std::string_view statement, std::size_t offset = 0)
      : text_(statement), lexer_(statement, offset) {}

  // Steps over the words of `phrase` (lower case, one blank between) if they come next, all or none.
  bool accept(std::string_view phrase);
  // Whether the words of `phrase` come next.
  bool sees(std::string_view phrase);
  bool sees_symbol(std::string_view symbol);
  bool at_end() { return token(0).kind == TokenKind::kEnd; }
  // Steps over a name, quoted or not, qualified or not: `public."T"`. Empty when none comes next.
  std::string accept_name();
  // Names with commas between, each perhaps after ONLY and before * or a column list.
  std::vector<std::string> accept_names();
  // Steps over (...) if it comes next, with its options.
  Options accept_options();
  // Steps over one token, and with an opening parenthesis over all up to its closing one.
  void skip();
  // Whether `phrase` stands anywhere from here on outside parentheses; stops after a few hundred tokens.
  bool has_ahead(std::string_view phrase) const;
  // As has_ahead, but stays in front of a comma outside parentheses.
  bool has_ahead_before_comma(std::string_view phrase) const;
  // Whether IF EXISTS or IF NOT EXISTS is among the next words.
  bool has_if_exists() const;
  // Whether a function is called behind DEFAULT, before a comma outside parentheses.
  bool has_call_in_default() const;
  // Steps behind the next comma outside parentheses. False when there is none.
  bool skip_past_comma();

  const Token& token(std::size_t ahead);
  std::string_view text_of(const Token& token) const { return token.in(text_); }

 private:
  enum class Until { kEnd, kComma };

  bool finds(std::string_view phrase, Until until) const;
  Token take();

  std::string_view text_;
  Lexer lexer_;
  std::vector<Token> ahead_;
};

}  // namespace windlass::sql
