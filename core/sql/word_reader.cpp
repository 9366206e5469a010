#include "core/sql/word_reader.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace windlass::sql {
namespace {

// Statements that are data (INSERT ... VALUES) are long; what decides about them stands at their beginning.
constexpr int kFarthest = 2000;

std::string without_quotes(std::string_view value) {
  const bool quoted = value.size() >= 2 && (value.front() == '\'' || value.front() == '"');
  return to_lower(quoted ? value.substr(1, value.size() - 2) : value);
}

}  // namespace

bool is_false(std::string_view written) {
  const std::string value = without_quotes(written);
  return value == "false" || value == "off" || value == "no" || value == "0";
}

bool is_on(const Options& options, const std::string& name) {
  const auto found = options.find(name);
  return found != options.end() && !is_false(found->second);
}

bool is_off(const Options& options, const std::string& name) {
  const auto found = options.find(name);
  return found != options.end() && is_false(found->second);
}

const Token& WordReader::token(std::size_t ahead) {
  while (ahead_.size() <= ahead) ahead_.push_back(lexer_.next_significant());
  return ahead_[ahead];
}

Token WordReader::take() {
  const Token first = token(0);
  ahead_.erase(ahead_.begin());
  return first;
}

bool WordReader::sees(std::string_view phrase) {
  std::size_t ahead = 0;
  while (!phrase.empty()) {
    const std::string_view word = phrase.substr(0, phrase.find(' '));
    if (!is_word(token(ahead++), text_, word)) return false;
    phrase.remove_prefix(std::min(word.size() + 1, phrase.size()));
  }
  return true;
}

bool WordReader::accept(std::string_view phrase) {
  if (!sees(phrase)) return false;
  for (std::size_t words = 1 + static_cast<std::size_t>(std::count(phrase.begin(), phrase.end(), ' '));
       words > 0; --words) {
    take();
  }
  return true;
}

bool WordReader::sees_symbol(std::string_view symbol) { return is_symbol(token(0), text_, symbol); }

std::string WordReader::accept_name() {
  std::string name;
  while (token(0).kind == TokenKind::kWord || token(0).kind == TokenKind::kQuotedName) {
    name += text_of(take());
    if (!sees_symbol(".")) break;
    name += text_of(take());
  }
  return name;
}

std::vector<std::string> WordReader::accept_names() {
  std::vector<std::string> names;
  do {
    accept("only");
    std::string name = accept_name();
    if (name.empty()) break;
    names.push_back(std::move(name));
  } while (skip_past_comma());
  return names;
}

Options WordReader::accept_options() {
  Options options;
  if (!sees_symbol("(")) return options;
  take();
  std::string name;
  std::string value;
  while (!at_end() && !sees_symbol(")")) {
    if (sees_symbol(",")) {
      if (!name.empty()) options[name] = value;
      name.clear();
      value.clear();
      take();
    } else if (name.empty()) {
      name = without_quotes(text_of(take()));
    } else {
      value = without_quotes(text_of(token(0)));
      skip();
    }
  }
  if (!name.empty()) options[name] = value;
  take();
  return options;
}

void WordReader::skip() {
  int depth = 0;
  do {
    if (sees_symbol("(")) ++depth;
    if (sees_symbol(")")) --depth;
    if (take().kind == TokenKind::kEnd) return;
  } while (depth > 0);
}

bool WordReader::finds(std::string_view phrase, Until until) const {
  WordReader copy = *this;
  for (int i = 0; i < kFarthest && !copy.at_end(); ++i) {
    if (copy.sees(phrase)) return true;
    if (until == Until::kComma && copy.sees_symbol(",")) return false;
    copy.skip();
  }
  return false;
}

bool WordReader::has_ahead(std::string_view phrase) const { return finds(phrase, Until::kEnd); }

bool WordReader::has_ahead_before_comma(std::string_view phrase) const {
  return finds(phrase, Until::kComma);
}

bool WordReader::has_if_exists() const {
  constexpr int kWordsOfHead = 12;
  WordReader copy = *this;
  for (int i = 0; i < kWordsOfHead && !copy.at_end(); ++i) {
    if (copy.sees("if exists") || copy.sees("if not exists")) return true;
    copy.skip();
  }
  return false;
}

bool WordReader::has_call_in_default() const {
  WordReader copy = *this;
  bool in_default = false;
  for (int i = 0; i < kFarthest && !copy.at_end() && !copy.sees_symbol(","); ++i) {
    in_default = copy.accept("default") || in_default;
    const bool named = !copy.accept_name().empty();
    if (in_default && named && copy.sees_symbol("(")) return true;
    if (!named) copy.skip();
  }
  return false;
}

bool WordReader::skip_past_comma() {
  for (int i = 0; i < kFarthest && !at_end(); ++i) {
    const bool comma = sees_symbol(",");
    skip();
    if (comma) return true;
  }
  return false;
}

}  // namespace windlass::sql
