#include "core/sql/index_statement.hpp"

#include <catch2/catch.hpp>

using windlass::sql::read_index_statement;

TEST_CASE("a CREATE INDEX is taken apart, as people write it and as the server prints it") {
  const auto written = read_index_statement(
      "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I 1\" ON ONLY app.\"T\" /* here */ (a, (b || 'x')) "
      "WHERE a > 0");
  REQUIRE(written);
  CHECK(written->unique);
  CHECK(written->name == "\"I 1\"");
  CHECK(written->table == "app.\"T\"");
  CHECK(written->rest == "(a, (b || 'x')) WHERE a > 0");
  const auto printed = read_index_statement("CREATE INDEX i ON public.t USING btree (a) INCLUDE (b)");
  REQUIRE(printed);
  CHECK_FALSE(printed->unique);
  CHECK(printed->table == "public.t");
  CHECK(printed->rest == "USING btree (a) INCLUDE (b)");
  const auto nameless = read_index_statement("create index concurrently on t (a)");
  REQUIRE(nameless);
  CHECK(nameless->name.empty());
}

TEST_CASE("what is no CREATE INDEX is none") {
  CHECK_FALSE(read_index_statement(""));
  CHECK_FALSE(read_index_statement("CREATE TABLE t (a int)"));
  CHECK_FALSE(read_index_statement("CREATE INDEX i"));
  CHECK_FALSE(read_index_statement("CREATE INDEX i ON"));
}
