#include "core/sql/token_digest.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/sql/classify.hpp"

using windlass::sql::same_tokens;
using windlass::sql::token_digest;

TEST_CASE("scripts have one digest exactly when they are the same tokens") {
  const std::vector<std::string> scripts{
      "SELECT 1;\nSELECT 2;\n",
      "select 1; -- first\n/* then */ SELECT 2",
      "SELECT 1; SELECT 3;",
      "SELECT 1, 2;",
      "SELECT 12;",
      "SELECT '1';",
      "SELECT 'a b';",
      "SELECT 'a  b';",
      "SELECT \"A\";",
      "SELECT \"a\";",
      "SELECT a;",
      "SELECT A;;",
      "COPY t FROM STDIN;\n1\ttwo\n\\.\n",
      "COPY t FROM STDIN; -- rows\n1\ttwo\n\\.\n",
      "COPY t FROM STDIN;\n1\ttwo \n\\.\n",
      "DO $$ -- x\n$$;",
      "DO $$ -- y\n$$;",
      "",
      "-- nothing",
      "\\restrict abc\nSELECT a;\n\\unrestrict abc\n",
  };
  for (const auto& a : scripts) {
    for (const auto& b : scripts) {
      INFO(a << "\n---\n" << b);
      CHECK((token_digest(a) == token_digest(b)) == same_tokens(a, b));
    }
  }
}

TEST_CASE("nothing is proven of a script that cannot be split") {
  CHECK(token_digest("SELECT 'open").empty());
  CHECK(token_digest("SELECT (1;").empty());
  CHECK(token_digest("SELECT 1;").size() == 64);
}
