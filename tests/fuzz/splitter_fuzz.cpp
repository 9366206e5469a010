// The splitter against PostgreSQL's own parser, on any text.
#include <pg_query.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "core/sql/classify.hpp"
#include "core/sql/lexer.hpp"
#include "core/sql/split.hpp"
#include "tests/fuzz/promise.hpp"

namespace {

using windlass::fuzz::expect;
using windlass::sql::Lexer;
using windlass::sql::SplitResult;
using windlass::sql::Statement;
using windlass::sql::StatementKind;
using windlass::sql::Token;
using windlass::sql::TokenKind;

using Range = std::pair<std::size_t, std::size_t>;  // first byte, byte behind the last; comments left out

Range without_comments(std::string_view source, std::size_t begin, std::size_t end) {
  Lexer lexer(source.substr(0, end), begin);
  Token token = lexer.next_significant();
  Range range{token.offset, token.offset};
  for (; token.kind != TokenKind::kEnd; token = lexer.next_significant()) range.second = token.end();
  return range;
}

// The statements as libpg_query cuts them; nothing when it refuses the text.
template <typename Split>
std::optional<std::vector<Range>> ranges_by(Split split, const std::string& source) {
  PgQuerySplitResult result = split(source.c_str());
  std::optional<std::vector<Range>> ranges;
  if (result.error == nullptr) {
    ranges.emplace();
    for (int i = 0; i < result.n_stmts; ++i) {
      const auto begin = static_cast<std::size_t>(result.stmts[i]->stmt_location);
      const auto length = static_cast<std::size_t>(result.stmts[i]->stmt_len);
      const std::size_t end = length == 0 ? source.size() : begin + length;
      const Range range = without_comments(source, begin, end);
      if (range.first < range.second) ranges->push_back(range);
    }
  }
  pg_query_free_split_result(result);
  return ranges;
}

std::string shown(const std::vector<Range>& ranges) {
  std::string text;
  for (const auto& [begin, end] : ranges) text += std::to_string(begin) + "-" + std::to_string(end) + " ";
  return text;
}

void check_pieces(const SplitResult& result, std::string_view source) {
  std::size_t at = 0;
  for (const Statement& s : result.statements) {
    expect(s.piece_offset == at, "the pieces are the source");
    at += s.piece_length;
    expect(s.offset >= s.piece_offset && s.offset + s.length <= at, "a statement lies in its piece");
    expect(s.copy_length == 0 || s.copy_offset + s.copy_length <= at, "rows lie in their piece");
    expect(s.length > 0, "a statement is not empty");
  }
  expect(result.statements.empty() || at == source.size(), "the pieces are the whole source");
}

void check_against_parser(const SplitResult& result, const std::string& source) {
  const bool reads_rows = std::any_of(result.statements.begin(), result.statements.end(),
                                      [](const Statement& s) { return s.kind != StatementKind::kSql; });
  // The parser stops at a NUL byte, takes bytes that are not UTF-8 and carries no setting to the next
  // statement.
  if (reads_rows || !windlass::is_valid_utf8(source) || source.find('\0') != std::string::npos) return;
  if (windlass::to_lower(source).find("standard_conforming_strings") != std::string::npos) return;
  std::vector<Range> ours;
  for (const Statement& s : result.statements) ours.emplace_back(s.offset, s.offset + s.length);
  const auto by_parser = ranges_by(pg_query_split_with_parser, source);
  if (!by_parser) return;
  expect(ours == *by_parser, "the parser sees the same statements",
         "ours: " + shown(ours) + "\nthe parser's: " + shown(*by_parser));
  expect(result.diagnostics.empty(), "what the parser accepts is accepted",
         windlass::to_text(result.diagnostics));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string source(reinterpret_cast<const char*>(data), size);
  const SplitResult result = windlass::sql::split(source, "a.sql");
  check_pieces(result, source);
  for (const auto& diagnostic : result.diagnostics.list())
    expect(diagnostic.position.line >= 1 && diagnostic.position.column >= 1, "a fault has its place");
  check_against_parser(result, source);
  for (const Statement& s : result.statements) {
    if (!result.diagnostics.empty() || s.kind != StatementKind::kSql) continue;
    windlass::sql::classify(s.text(source), 15);
  }
  return 0;
}
