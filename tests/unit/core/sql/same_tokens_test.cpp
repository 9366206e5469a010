#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/sql/classify.hpp"

using windlass::sql::same_tokens;

TEST_CASE("comments, white space and the case of words make no difference") {
  CHECK(same_tokens("", " -- nothing\n/* at all */"));
  CHECK(same_tokens("SELECT 1;", "/* a */ select\n\t1 -- b\n ;"));
  CHECK(same_tokens("CREATE TABLE T(a INT)", "create table t ( A int )"));
  CHECK(same_tokens("a=-1", "a = - 1"));
  CHECK(same_tokens("SELECT $$a$$", "select $$a$$"));
  CHECK(same_tokens("SELECT 1", ";; SELECT 1;;"));
  CHECK(same_tokens("\\restrict a\nSELECT 1;\n\\unrestrict a", "\\restrict b\nSELECT 1;\n\\unrestrict b"));
  CHECK(same_tokens("COPY t FROM STDIN;\n1\n\\.\n", "copy t from stdin ; -- rows\n1\n\\."));
}

TEST_CASE("every other difference counts") {
  struct Row {
    std::string a;
    std::string b;
  };
  const std::vector<Row> cases = {
      {"SELECT 1", "SELECT 1; SELECT 1"},
      {"COPY t FROM STDIN;\n1 2\n\\.\n", "COPY t FROM STDIN;\n1  2\n\\.\n"},
      {"SELECT 'a", "SELECT  'a"},
      {"SELECT 1", "SELECT 2"},
      {"SELECT 'a'", "SELECT 'A'"},
      {"SELECT \"a\"", "SELECT \"A\""},
      {"SELECT \"a\"", "SELECT a"},
      {"SELECT 'a  b'", "SELECT 'a b'"},
      {"SELECT $$a$$", "SELECT 'a'"},
      {"SELECT $$-- a$$", "SELECT $$$$"},
      {"a @+b", "a @ +b"},
      {"ab", "a b"},
      {"SELECT 1.0", "SELECT 1.00"},
  };
  for (const Row& c : cases) {
    INFO(c.a << " / " << c.b);
    CHECK_FALSE(same_tokens(c.a, c.b));
    CHECK_FALSE(same_tokens(c.b, c.a));
  }
}
