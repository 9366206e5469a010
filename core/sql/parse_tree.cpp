#include "core/sql/parse_tree.hpp"

#include <pg_query.h>

#include <memory>
#include <string>

#include "core/base/text.hpp"

namespace windlass::sql {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A byte order mark is a syntax error for the parser; blanks in its place keep every offset.
std::string without_byte_order_mark(std::string_view statement) {
  std::string text(statement);
  if (statement.starts_with(kByteOrderMark))
    text.replace(0, kByteOrderMark.size(), kByteOrderMark.size(), ' ');
  return text;
}

// libpg_query counts an error's place in characters from 1, with 0 for none.
std::size_t byte_offset(std::string_view text, int character) {
  std::size_t offset = 0;
  for (int seen = 1; seen < character && offset < text.size(); ++seen) {
    ++offset;
    while (offset < text.size() && is_utf8_continuation(text[offset])) ++offset;
  }
  return offset;
}

}  // namespace

std::optional<SyntaxError> grammar_error(std::string_view statement) {
  // For the parser the text ends at a NUL.
  if (const std::size_t nul = statement.find('\0'); nul != std::string_view::npos) {
    return SyntaxError{"NUL byte", nul};
  }
  const std::string text = without_byte_order_mark(statement);
  PgQuerySplitResult result = pg_query_split_with_parser(text.c_str());
  std::optional<SyntaxError> error;
  if (result.error != nullptr)
    error = SyntaxError{result.error->message, byte_offset(text, result.error->cursorpos)};
  pg_query_free_split_result(result);
  return error;
}

nlohmann::json parse_tree(std::string_view statement) {
  if (statement.size() > kLongestTree || statement.find('\0') != std::string_view::npos) return nullptr;
  PgQueryParseResult result = pg_query_parse(without_byte_order_mark(statement).c_str());
  const std::unique_ptr<PgQueryParseResult, void (*)(PgQueryParseResult*)> freed(
      &result, [](PgQueryParseResult* parsed) { pg_query_free_parse_result(*parsed); });
  if (result.error != nullptr) return nullptr;
  nlohmann::json tree = nlohmann::json::parse(result.parse_tree, nullptr, false);
  if (tree.is_discarded() || tree["stmts"].empty()) return nullptr;
  return std::move(tree["stmts"][0]["stmt"]);
}

const nlohmann::json& member(const nlohmann::json& node, const char* key) {
  static const nlohmann::json kNone;
  const auto found = node.find(key);
  return found == node.end() ? kNone : *found;
}

std::string text_of(const nlohmann::json& node, const char* key) {
  const nlohmann::json& found = member(node, key);
  return found.is_string() ? found.get<std::string>() : std::string();
}

}  // namespace windlass::sql
