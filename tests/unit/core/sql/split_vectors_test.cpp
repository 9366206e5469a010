#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "core/sql/lexer.hpp"
#include "core/sql/split.hpp"

namespace {

using nlohmann::json;

// Scripts of tests/data/flyway/statements.json that we split otherwise than Flyway does, on purpose.
const std::map<std::string, std::string> kDifferences = {
    {"two dollar parameters in PREPARE",
     "Flyway takes $1 ... $2 for a dollar quote and swallows three statements"},
    {"begin atomic with $1", "Flyway takes $1 for a dollar quote that never ends and refuses the script"},
    {"begin atomic with $1 twice", "Flyway takes $1 for a dollar quote and refuses the script"},
    {"unbalanced close parenthesis",
     "Flyway counts below zero and swallows the rest; psql cuts, and so do we"},
    {"statement begins with parenthesis", "Flyway drops the first parenthesis of a statement"},
    {"second statement begins with parenthesis", "Flyway drops the first parenthesis of a statement"},
    {"psql set", "Flyway sends psql commands to the server; they are diagnostics here"},
    {"psql restrict", "Flyway sends \\restrict to the server; it is accepted and not sent here"},
    {"psql gexec", "Flyway sends psql commands to the server; they are diagnostics here"},
    {"psql include", "Flyway sends psql commands to the server; they are diagnostics here"},
    {"copy without final marker", "Flyway never returns; the missing \\. is a diagnostic here"},
    {"CR script", "Flyway counts \\n only; a lone \\r ends a line here, as it ends a comment for the server"},
    {"BOM in the middle", "Flyway removes U+FEFF from inside literals too, which changes the data"},
};

json load_vectors() {
  std::ifstream file(WINDLASS_TEST_DATA "/flyway/statements.json");
  REQUIRE(file);
  return json::parse(file).at("vectors");
}

// Comments apart: Flyway sends those before a statement and behind its last token along, we do not.
std::string tokens_of(std::string_view text) {
  std::string tokens;
  windlass::sql::Lexer lexer(text);
  for (auto token = lexer.next_significant(); token.kind != windlass::sql::TokenKind::kEnd;
       token = lexer.next_significant()) {
    tokens += std::string(windlass::trim(token.in(text))) + ' ';
  }
  return tokens;
}

json ours(const std::string& script) {
  json statements = json::array();
  const auto result = windlass::sql::split(script, "a.sql");
  for (const auto& s : result.statements)
    statements.push_back(
        {{"line", windlass::position_at(script, s.offset, "").line}, {"text", tokens_of(s.text(script))}});
  return statements;
}

json flyways(const json& vector) {
  if (vector.at("statements").is_null()) return nullptr;
  json statements = json::array();
  for (const auto& s : vector.at("statements")) {
    statements.push_back({{"line", s.at("line")}, {"text", tokens_of(s.at("text").get<std::string>())}});
  }
  return statements;
}

}  // namespace

TEST_CASE("scripts are split as Flyway splits them, known mistakes of Flyway apart") {
  std::size_t compared = 0;
  for (const auto& vector : load_vectors()) {
    const std::string name = vector.at("name");
    INFO(name << ": " << vector.at("script").dump());
    ++compared;
    if (kDifferences.count(name) > 0) {
      CHECK(ours(vector.at("script")) != flyways(vector));
    } else {
      CHECK(ours(vector.at("script")) == flyways(vector));
    }
  }
  CHECK(compared >= 80);
}
