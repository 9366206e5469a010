#include "hook/database/history_table.hpp"

#include <catch2/catch.hpp>

#include "tests/db/hook/connected.hpp"

namespace windlass::hook {

TEST_CASE("the history table has the columns, the key and the index that Flyway gives it") {
  Connected db;
  CHECK_FALSE(history_table_exists(db.session(), kHistory));
  create_history_table(db.session(), kHistory);
  CHECK(history_table_exists(db.session(), kHistory));
  CHECK(
      db.value(
          "SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || "
          "CASE WHEN a.attnotnull THEN ' not null' ELSE '' END, ', ' ORDER BY a.attnum) FROM pg_attribute a "
          "WHERE a.attrelid = 'flyway_schema_history'::regclass AND a.attnum > 0") ==
      "installed_rank integer not null, version character varying(50), description character varying(200) "
      "not null, "
      "type character varying(20) not null, script character varying(1000) not null, checksum integer, "
      "installed_by character varying(100) not null, installed_on timestamp without time zone not null, "
      "execution_time integer not null, success boolean not null");
  CHECK(db.value("SELECT string_agg(indexdef, '; ' ORDER BY indexname) FROM pg_indexes "
                 "WHERE tablename = 'flyway_schema_history'") ==
        "CREATE UNIQUE INDEX flyway_schema_history_pk ON public.flyway_schema_history USING btree "
        "(installed_rank); "
        "CREATE INDEX flyway_schema_history_s_idx ON public.flyway_schema_history USING btree (success)");
}

TEST_CASE("rows are written with the next rank and read back as they were") {
  Connected db;
  create_history_table(db.session(), kHistory);
  const auto write = [&](const NewHistoryRow& row) {
    db.session().execute("writing", insert_history_row(db.session(), kHistory, row, 12));
  };
  write({"1", "it's", "SQL", "V1__it's.sql", -5, "", true});
  write({std::nullopt, "views", "SQL", "R__views.sql", std::nullopt, "somebody", true});
  const auto rows = read_history(db.session(), kHistory);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].installed_rank == 1);
  CHECK(rows[0].version == "1");
  CHECK(rows[0].description == "it's");
  CHECK(rows[0].checksum == -5);
  CHECK(rows[0].installed_by == db.server.owner());
  CHECK(rows[0].execution_time == 12);
  CHECK(rows[1].installed_rank == 2);
  CHECK_FALSE(rows[1].version);
  CHECK_FALSE(rows[1].checksum);
  CHECK(rows[1].installed_by == "somebody");
}

TEST_CASE("the row of a created schema is the only one that begins at rank 0") {
  Connected db;
  create_history_table(db.session(), kHistory);
  db.session().execute("writing", insert_history_row(db.session(), kHistory,
                                                     {std::nullopt, "<< Flyway Schema Creation >>", "SCHEMA",
                                                      "\"a\"", std::nullopt, "", true},
                                                     0));
  CHECK(read_history(db.session(), kHistory).at(0).installed_rank == 0);
}

TEST_CASE("names with quotation marks and blanks work as schema and table") {
  Connected db;
  const HistoryTableName odd{"o\"dd", "Hi story"};
  db.session().execute("creating", "CREATE SCHEMA \"o\"\"dd\"");
  create_history_table(db.session(), odd);
  CHECK(history_table_exists(db.session(), odd));
  CHECK(odd.quoted() == "\"o\"\"dd\".\"Hi story\"");
}

TEST_CASE("a view of the history table's name is not a history table") {
  Connected db;
  db.session().execute("creating", "CREATE VIEW flyway_schema_history AS SELECT 1");
  CHECK_FALSE(history_table_exists(db.session(), kHistory));
}

TEST_CASE("a row under a marker is refused once the transaction has lost it") {
  Connected db;
  create_history_table(db.session(), kHistory);
  const std::string insert =
      insert_history_row(db.session(), kHistory, {"1", "a", "SQL", "V1__a.sql", 1, "", true}, 0, "nonce");
  db.session().execute("writing", "BEGIN; SET LOCAL windlass.tx = 'nonce'; " + insert + "; COMMIT");
  CHECK(read_history(db.session(), kHistory).at(0).success);
  try {
    db.session().execute("writing",
                         "BEGIN; SET LOCAL windlass.tx = 'nonce'; COMMIT; BEGIN; " + insert + "; COMMIT");
    FAIL("written");
  } catch (const DatabaseError& error) {
    CHECK(error.sqlstate() == kMarkerGone);
  }
}

TEST_CASE("long scripts are cut as Flyway cuts them") {
  CHECK(abbreviated_script(std::string(1000, 'x')) == std::string(1000, 'x'));
  CHECK(abbreviated_script("ab" + std::string(1000, 'x')) == "..." + std::string(997, 'x'));
}

}  // namespace windlass::hook
