#include <pg_query.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/base/text.hpp"
#include "core/sql/lexer.hpp"
#include "core/sql/places.hpp"
#include "core/sql/split.hpp"

namespace {

using windlass::sql::split;
using windlass::sql::SplitResult;
using windlass::sql::Statement;
using windlass::sql::StatementKind;

constexpr int kMutations = 20'000;

std::vector<std::string> corpus() {
  std::ifstream file(WINDLASS_TEST_DATA "/flyway/statements.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  std::vector<std::string> scripts;
  for (const auto& vector : vectors.at("vectors")) scripts.push_back(vector.at("script"));
  const std::vector<std::string> own = {
      "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; SELECT t.end FROM "
      "t; END;",
      "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); DELETE FROM t; END; SELECT 1;",
      "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b); SELECT 2;",
      "SELECT E'\\'' ';', $a$;$a$, U&'\\0061', B'1', \"a;\"\"b\" FROM t -- ;\n WHERE a /* ; /* ; */ */ = 1; "
      "SELECT 2",
      "BEGIN; SELECT 1 AS end; END; COMMIT; SELECT a[1:2], b::text, c := 1;",
      "ALTER TABLE t ADD COLUMN a int DEFAULT 1, ADD CHECK (a > 0); CREATE INDEX i ON t (a);",
  };
  scripts.insert(scripts.end(), own.begin(), own.end());
  return scripts;
}

const std::vector<std::string>& fragments() {
  static const std::vector<std::string> kFragments = {";",
                                                      "'",
                                                      "\"",
                                                      "$$",
                                                      "$a$",
                                                      "$1",
                                                      "--",
                                                      "/*",
                                                      "*/",
                                                      "\n",
                                                      "\r",
                                                      "\r\n",
                                                      "(",
                                                      ")",
                                                      "\\",
                                                      "\\.",
                                                      "E'",
                                                      "U&'",
                                                      "e'\\",
                                                      " ",
                                                      "\t",
                                                      "a$b",
                                                      ".end",
                                                      " AS end",
                                                      "END",
                                                      " END ",
                                                      "CASE",
                                                      "BEGIN",
                                                      "BEGIN ATOMIC ",
                                                      "CREATE FUNCTION f() RETURNS int ",
                                                      "SELECT 1;",
                                                      "COPY t FROM STDIN;\n",
                                                      "\n\\.\n",
                                                      "\xC3\xA9",
                                                      "\xEF\xBB\xBF",
                                                      "+",
                                                      "-",
                                                      "*",
                                                      "/",
                                                      "::",
                                                      "1.",
                                                      "..",
                                                      "0x1F",
                                                      "[",
                                                      ","};
  return kFragments;
}

std::string mutated(const std::vector<std::string>& scripts, std::mt19937& random) {
  const auto below = [&](std::size_t limit) { return random() % limit; };
  std::string text = scripts[below(scripts.size())];
  for (std::size_t changes = below(4); changes > 0; --changes) {
    const std::size_t at = below(text.size() + 1);
    switch (below(4)) {
      case 0: text.erase(at, below(6)); break;
      case 1: text.insert(at, text.substr(below(text.size() + 1), below(30))); break;
      case 2: text += "\n" + scripts[below(scripts.size())]; break;
      default: text.insert(at, fragments()[below(fragments().size())]);
    }
  }
  return text;
}

std::string pieces_of(const SplitResult& result, const std::string& source) {
  if (result.statements.empty()) return source;
  std::string pieces;
  for (const Statement& s : result.statements) pieces += source.substr(s.piece_offset, s.piece_length);
  return pieces;
}

// Nothing when all that is promised about one statement holds.
std::string fault_of(const Statement& s, const std::string& source) {
  const std::string text(s.text(source));
  windlass::sql::Lexer lexer(text);
  if (text.empty() || lexer.next_significant().offset != 0) return "does not begin with its first token";
  if (s.offset < s.piece_offset || s.offset + s.length > s.piece_offset + s.piece_length)
    return "outside its piece";
  if (s.copy_length > 0 && s.copy_offset + s.copy_length > s.piece_offset + s.piece_length)
    return "rows outside";
  if (s.kind != StatementKind::kSql) return "";
  const SplitResult again = split(text, "a.sql");
  if (again.statements.size() != 1 || again.statements[0].text(text) != text) return "splits again";
  return "";
}

using Range =
    std::pair<std::size_t, std::size_t>;  // first byte, byte behind the last, comments around left out

Range without_comments(const std::string& source, std::size_t begin, std::size_t end) {
  windlass::sql::Lexer lexer(std::string_view(source).substr(0, end), begin);
  auto token = lexer.next_significant();
  Range range{token.offset, token.offset};
  for (; token.kind != windlass::sql::TokenKind::kEnd; token = lexer.next_significant())
    range.second = token.end();
  return range;
}

// The statements that PostgreSQL 15's parser sees; nothing when it refuses the text.
std::optional<std::vector<Range>> ranges_by_parser(const std::string& source) {
  PgQuerySplitResult result = pg_query_split_with_parser(source.c_str());
  std::optional<std::vector<Range>> ranges;
  if (result.error == nullptr) {
    ranges.emplace();
    for (int i = 0; i < result.n_stmts; ++i) {
      const auto begin = static_cast<std::size_t>(result.stmts[i]->stmt_location);
      const auto length = static_cast<std::size_t>(result.stmts[i]->stmt_len);
      ranges->push_back(without_comments(source, begin, length == 0 ? source.size() : begin + length));
    }
  }
  pg_query_free_split_result(result);
  return ranges;
}

std::vector<Range> ranges_of(const SplitResult& result) {
  std::vector<Range> ranges;
  for (const Statement& s : result.statements) ranges.emplace_back(s.offset, s.offset + s.length);
  return ranges;
}

}  // namespace

TEST_CASE("a script in pieces is cut as the whole script, whatever the pieces") {
  std::mt19937 random(20261121);
  const auto scripts = corpus();
  for (int i = 0; i < kMutations; ++i) {
    const std::string source = mutated(scripts, random);
    const auto whole = windlass::sql::split(source, "a.sql");
    std::size_t at = 0;
    std::string piece;
    const auto in_pieces = windlass::sql::split([&] {
      std::size_t end = std::min(source.size(), at + 1 + random() % 40);
      while (end < source.size() && windlass::is_utf8_continuation(source[end])) ++end;
      piece = source.substr(at, end - at);  // another place in memory each time
      at = end;
      return std::string_view(piece);
    });
    INFO(source);
    std::string faults;
    windlass::sql::Places places(source, "a.sql");
    windlass::Diagnostics diagnostics;
    for (const auto& f : in_pieces.faults) diagnostics.add(places.diagnostic(f.offset, f.message, f.help));
    REQUIRE(windlass::to_text(diagnostics) == windlass::to_text(whole.diagnostics));
    REQUIRE(in_pieces.statements == whole.statements);
  }
}

TEST_CASE("whatever the source, its pieces are the source and its statements are where they say") {
  std::mt19937 random(20261121);
  const auto scripts = corpus();
  for (int i = 0; i < kMutations; ++i) {
    const std::string source = mutated(scripts, random);
    const SplitResult result = split(source, "a.sql");
    std::string fault = pieces_of(result, source) == source ? "" : "the pieces are not the source";
    for (const Statement& s : result.statements) {
      if (fault.empty() && result.diagnostics.empty()) fault = fault_of(s, source);
    }
    if (fault.empty()) continue;
    CAPTURE(i, source);
    FAIL_CHECK(fault);
  }
}

TEST_CASE("wherever the parser accepts a script, it sees the same statements") {
  std::mt19937 random(20261122);
  const auto scripts = corpus();
  int accepted = 0;
  for (int i = 0; i < kMutations; ++i) {
    const std::string source = mutated(scripts, random);
    const SplitResult result = split(source, "a.sql");
    const bool reads_rows = std::any_of(result.statements.begin(), result.statements.end(),
                                        [](const Statement& s) { return s.kind != StatementKind::kSql; });
    // The parser takes bytes that are not UTF-8; the server does not, and neither do we.
    if (reads_rows || !windlass::is_valid_utf8(source)) continue;
    // The parser does not carry a setting from one statement to the next.
    if (source.find("standard_conforming_strings") != std::string::npos) continue;
    const auto expected = ranges_by_parser(source);
    if (!expected) continue;
    ++accepted;
    if (ranges_of(result) == *expected && result.diagnostics.empty()) continue;
    CAPTURE(i, source, windlass::to_text(result.diagnostics));
    CHECK(ranges_of(result) == *expected);
    CHECK(result.diagnostics.empty());
  }
  CHECK(accepted > kMutations / 10);
}
