#include "core/sql/masked.hpp"

#include <catch2/catch.hpp>

namespace windlass::sql {

TEST_CASE("a masked statement keeps its words and loses its values") {
  CHECK(masked("SELECT  *\nFROM t -- all\n WHERE a = 'secret' AND b=4711 /* x */ AND c = $1;", 200) ==
        "SELECT * FROM t WHERE a = ? AND b=? AND c = $1;");
  CHECK(masked("ALTER ROLE app PASSWORD E'it\\'s'", 200) == "ALTER ROLE app PASSWORD ?");
  CHECK(masked("DO $x$ BEGIN PERFORM f('s'); END $x$", 200) == "DO ?");
  CHECK(masked("SELECT \"a b\".\"c\"", 200) == "SELECT \"a b\".\"c\"");
}

TEST_CASE("a masked statement that broke off inside a value shows nothing of it") {
  CHECK(masked("INSERT INTO t VALUES ('the beginning of a sec", 200) == "INSERT INTO t VALUES (?");
  CHECK(masked("SELECT $tag$ sec", 200) == "SELECT ?");
  CHECK(masked("", 200).empty());
}

TEST_CASE("a masked statement is cut behind a word") {
  CHECK(masked("SELECT one, two, three FROM t", 12) == "SELECT one, two ...");
  CHECK(masked("SELECT one, two", 12) == "SELECT one, two");
}

}  // namespace windlass::sql
