#include "hook/database/indexes.hpp"

#include <catch2/catch.hpp>

#include "tests/db/hook/connected.hpp"

namespace windlass::hook {
namespace {

std::vector<std::string> names_of(const std::vector<IndexState>& indexes) {
  std::vector<std::string> names;
  for (const auto& index : indexes) names.push_back(index.name);
  return names;
}

using Names = std::vector<std::string>;

// An index whose build failed, under any name.
void leave_invalid(Connected& db, const std::string& name, const std::string& table) {
  CHECK_THROWS(
      db.session().execute("building", "CREATE UNIQUE INDEX CONCURRENTLY " + name + " ON " + table + " (n)"));
}

}  // namespace

TEST_CASE("an index is compared with what a statement would build by building it on an empty table") {
  Connected db;
  db.session().execute(
      "creating",
      "CREATE SCHEMA app; CREATE TABLE app.\"T\" (id int, \"N\" text, d int); ALTER TABLE app.\"T\" "
      "DROP COLUMN d; CREATE INDEX i ON app.\"T\" (lower(\"N\"), id) WHERE id > 0");
  const auto index = index_state(db.session(), "app.i");
  REQUIRE(index);
  CHECK(index->table == "app.\"T\"");
  const auto compared = [&](const std::string& statement) {
    return is_built_by(db.session(), *index, statement);
  };
  CHECK(compared("CREATE INDEX CONCURRENTLY i ON app.\"T\" (LOWER(\"N\"::text), id) WHERE (\"T\".id>0)") ==
        true);
  CHECK(compared(
            "CREATE INDEX IF NOT EXISTS i ON ONLY app.\"T\" USING btree (lower(\"N\"), id) WHERE id > 0") ==
        true);
  CHECK(compared("CREATE INDEX i ON app.\"T\" (lower(\"N\"), id) WHERE id > 1") == false);
  CHECK(compared("CREATE UNIQUE INDEX i ON app.\"T\" (lower(\"N\"), id) WHERE id > 0") == false);
  CHECK(compared("CREATE INDEX i ON app.\"T\" (lower(\"N\") DESC, id) WHERE id > 0") == false);
  CHECK_FALSE(compared("CREATE INDEX i ON app.\"T\" (missing)"));
  CHECK_FALSE(compared("DROP INDEX i"));
  CHECK(db.value("SELECT count(*) FROM pg_class WHERE relname = 'windlass_twin'") == "0");
}

TEST_CASE("whoever is at work on an index's table is named") {
  Connected db;
  db.session().execute("creating", "CREATE TABLE t (n int); INSERT INTO t VALUES (1), (1)");
  leave_invalid(db, "i", "t");
  CHECK(index_state(db.session(), "i")->builder.empty());
  Session other = db.another();
  other.execute("locking", "BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  CHECK(index_state(db.session(), "i")->builder ==
        "process " + std::to_string(other.backend()) + " (role " + db.server.owner() + ", another runner)");
}

TEST_CASE("what a REINDEX CONCURRENTLY left is known by the name of the index that it was to replace") {
  Connected db;
  const std::string longest(63, 'x');
  db.session().execute(
      "creating",
      "CREATE TABLE t (n int); INSERT INTO t VALUES (1), (1); CREATE INDEX i ON t (n); CREATE INDEX " +
          longest + " ON t (n); CREATE TABLE u (n int); INSERT INTO u VALUES (1), (1)");
  leave_invalid(db, "i_ccnew", "t");
  leave_invalid(db, "i_ccold1", "t");
  leave_invalid(db, longest.substr(0, 57) + "_ccnew", "t");
  leave_invalid(db, longest.substr(0, 50) + "_ccnew", "t");  // was never cut there
  leave_invalid(db, "j_ccnew", "t");                         // there is no j
  leave_invalid(db, "i_ccnew_too", "t");
  leave_invalid(db, "u_ccnew", "u");
  const Names of_t{"public.i_ccnew", "public.i_ccold1", "public." + longest.substr(0, 57) + "_ccnew"};
  using Kind = ReindexScope::Kind;
  CHECK(names_of(reindex_leftovers(db.session(), {Kind::kTable, "t"})) == of_t);
  CHECK(names_of(reindex_leftovers(db.session(), {Kind::kIndex, "public.i"})) == of_t);
  CHECK(names_of(reindex_leftovers(db.session(), {Kind::kSchema, "PUBLIC"})) == of_t);
  CHECK(names_of(reindex_leftovers(db.session(), {Kind::kDatabase, ""})) == of_t);
  CHECK(reindex_leftovers(db.session(), {Kind::kTable, "u"}).empty());
  CHECK(reindex_leftovers(db.session(), {Kind::kSchema, "app"}).empty());
}

TEST_CASE(
    "an index of a partitioned table counts as valid, though it is not until each partition has its own") {
  Connected db;
  db.session().execute(
      "creating",
      "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES "
      "FROM (0) TO (10); CREATE INDEX i ON ONLY p (id)");
  REQUIRE(index_state(db.session(), "i"));
  CHECK(index_state(db.session(), "i")->valid);
}

}  // namespace windlass::hook
