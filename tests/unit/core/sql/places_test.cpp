#include "core/sql/places.hpp"

#include <catch2/catch.hpp>
#include <string>

using windlass::Position;
using windlass::sql::Places;

TEST_CASE("places are found in any order") {
  const std::string source = "a\nb\r\nc\rd \xC3\xA9 e";
  Places places(source, "a.sql");
  CHECK(places.at(source.size()) == Position{"a.sql", 4, 6});
  CHECK(places.at(0) == Position{"a.sql", 1, 1});
  CHECK(places.at(2) == Position{"a.sql", 2, 1});
  CHECK(places.at(5) == Position{"a.sql", 3, 1});
  CHECK(places.at(7) == Position{"a.sql", 4, 1});
  CHECK(places.at(12) == Position{"a.sql", 4, 5});
  CHECK(places.at(1000) == Position{"a.sql", 4, 6});
}

TEST_CASE("a byte order mark has no column and is not shown") {
  Places places(
      "\xEF\xBB\xBF"
      "a b",
      "a.sql");
  CHECK(places.at(3) == Position{"a.sql", 1, 1});
  CHECK(places.at(5) == Position{"a.sql", 1, 3});
  CHECK(places.diagnostic(5, "m", "h").source == "a b");
}

TEST_CASE("a diagnostic shows its line unless it is too long or not text") {
  CHECK(Places("a\nb c\n", "a.sql").diagnostic(4, "m", "h").source == "b c");
  CHECK(Places(std::string(1025, 'x'), "a.sql").diagnostic(4, "m", "h").source.empty());
  CHECK(Places("a \xFF b", "a.sql").diagnostic(0, "m", "h").source.empty());
  CHECK(Places(std::string_view("a\0b", 3), "a.sql").diagnostic(0, "m", "h").source.empty());
}
