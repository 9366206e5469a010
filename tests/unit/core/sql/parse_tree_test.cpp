#include "core/sql/parse_tree.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

using windlass::sql::grammar_error;
using windlass::sql::parse_tree;

TEST_CASE("the tree of the first statement is returned, with byte offsets") {
  const auto tree = parse_tree("\xEF\xBB\xBF/* \xC3\xA9 */ TRUNCATE t; SELECT 1");
  REQUIRE(tree.contains("TruncateStmt"));
  CHECK(tree["TruncateStmt"]["relations"][0]["RangeVar"]["location"] == 21);
}

TEST_CASE("what does not parse has no tree") {
  CHECK(parse_tree("SELEC 1").is_null());
  CHECK(parse_tree("").is_null());
  CHECK(parse_tree("-- nothing").is_null());
  CHECK(parse_tree(std::string_view("SELECT 1\0", 9)).is_null());
  CHECK(parse_tree("SELECT 1" + std::string(std::size_t{512} << 10U, ' ')).is_null());
}

TEST_CASE("errors are placed by bytes, at the end of the text too") {
  CHECK(grammar_error("SELECT '\xC3\xA9', FROM")->offset == 13);
  CHECK(grammar_error("SELECT (")->offset == 8);
  CHECK(grammar_error("SELECT (")->message == "syntax error at end of input");
  CHECK(grammar_error("\xEF\xBB\xBFSELEC")->offset == 3);
  CHECK_FALSE(grammar_error("SELECT 1; SELECT 2").has_value());
}
