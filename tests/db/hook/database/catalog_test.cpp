#include "hook/database/catalog.hpp"

#include <catch2/catch.hpp>

#include "hook/database/indexes.hpp"
#include "hook/database/run_records.hpp"
#include "tests/db/hook/connected.hpp"

namespace windlass::hook {

TEST_CASE("a schema is empty by Flyway's test") {
  Connected db;
  CHECK(schema_is_empty(db.session(), "public"));
  const auto holds = [&](const std::string& create, const std::string& drop) {
    db.session().execute("creating", create);
    const bool empty = schema_is_empty(db.session(), "public");
    db.session().execute("dropping", drop);
    return !empty;
  };
  CHECK(holds("CREATE TABLE t (id int)", "DROP TABLE t"));
  CHECK(holds("CREATE VIEW v AS SELECT 1", "DROP VIEW v"));
  CHECK(holds("CREATE SEQUENCE s", "DROP SEQUENCE s"));
  CHECK(holds("CREATE TYPE e AS ENUM ('a')", "DROP TYPE e"));
  CHECK(holds("CREATE DOMAIN d AS int", "DROP DOMAIN d"));
  CHECK(holds("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP FUNCTION f()"));
  CHECK_FALSE(holds("CREATE TABLE p (id int) PARTITION BY RANGE (id)", "DROP TABLE p"));
  CHECK_FALSE(holds("CREATE MATERIALIZED VIEW m AS SELECT 1 AS n", "DROP MATERIALIZED VIEW m"));
}

TEST_CASE("our own tables do not make a schema count as used") {
  Connected db;
  create_own_tables(db.session(), "public");
  CHECK(schema_is_empty(db.session(), "public"));
}

TEST_CASE("an index is found by its name as a script writes it, with whether it is valid") {
  Connected db;
  db.session().execute("creating",
                       "CREATE TABLE t (id int, n int); INSERT INTO t VALUES (1, 1), (2, 1); "
                       "CREATE INDEX \"Odd name\" ON t (id)");
  CHECK_FALSE(index_state(db.session(), "missing"));
  REQUIRE(index_state(db.session(), "\"Odd name\""));
  CHECK(index_state(db.session(), "\"Odd name\"")->valid);
  CHECK(index_state(db.session(), "\"Odd name\"")->name == "public.\"Odd name\"");
  CHECK_THROWS(db.session().execute("building", "CREATE UNIQUE INDEX CONCURRENTLY twice ON t (n)"));
  REQUIRE(index_state(db.session(), "twice"));
  CHECK_FALSE(index_state(db.session(), "twice")->valid);
  CHECK(invalid_indexes(db.session(), {"public", "with,comma"}) == std::vector<std::string>{"public.twice"});
}

TEST_CASE("constraints that are not validated are listed by table") {
  Connected db;
  db.session().execute(
      "creating", "CREATE TABLE t (id int); ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 0) NOT VALID");
  CHECK(not_valid_constraints(db.session(), {"public"}) == std::vector<std::string>{"public.t.positive"});
}

}  // namespace windlass::hook
