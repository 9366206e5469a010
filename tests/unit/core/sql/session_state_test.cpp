#include "core/sql/session_state.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace windlass::sql {

TEST_CASE("what a session would keep is named") {
  struct Row {
    std::string statement;
    std::string state;
  };
  const std::vector<Row> table{
      {"SET search_path = shop", "SET without LOCAL"},
      {"set session role to admin", "SET without LOCAL"},
      {"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET without LOCAL"},
      {"RESET ALL", "RESET"},
      {"DISCARD TEMP", "DISCARD"},
      {"LISTEN news", "LISTEN"},
      {"LOAD 'auto_explain'", "LOAD"},
      {"PREPARE p AS SELECT 1", "PREPARE"},
      {"DECLARE c CURSOR WITH HOLD FOR SELECT 1", "DECLARE WITH HOLD"},
      {"CREATE TEMP TABLE t (id int)", "a temporary object without ON COMMIT DROP"},
      {"CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1", "a temporary object without ON COMMIT DROP"},
      {"SELECT 1 AS a INTO TEMP t", "a temporary table"},
      {"SELECT pg_catalog.set_config('search_path', '', false)", "set_config that is not local"},
      {"SELECT set_config('a.b', lower('X'), is_local) FROM t", "set_config that is not local"},
      {"SELECT set_config('a.b'", "set_config that is not local"},
      {"SELECT pg_advisory_lock(1)", "an advisory lock of the session"},
      {"WITH x AS (SELECT pg_try_advisory_lock_shared(1, 2)) SELECT * FROM x",
       "an advisory lock of the session"},
      {"DO $$ BEGIN SET search_path = shop; END $$", "SET without LOCAL"},
      {"DO LANGUAGE plpgsql $x$ BEGIN IF true THEN CREATE TEMP TABLE t (); END IF; END $x$",
       "a temporary object without ON COMMIT DROP"},
      {"DO 'BEGIN PERFORM pg_advisory_lock(1); END'", "an advisory lock of the session"},
  };
  for (const auto& row : table) {
    INFO(row.statement);
    CHECK(session_state_of(row.statement) == row.state);
  }
}

TEST_CASE("what ends with its transaction is not") {
  const std::vector<std::string> table{
      "",
      "SET LOCAL search_path = shop",
      "SET TRANSACTION READ ONLY",
      "SET CONSTRAINTS ALL DEFERRED",
      "UPDATE t SET search_path = 'a'",
      "SELECT set_config('search_path', concat('a', 'b'), true)",
      "SELECT pg_advisory_xact_lock(1)",
      "SELECT 'pg_advisory_lock(1)' -- SET x = 1",
      "CREATE TEMP TABLE t (id int) ON COMMIT DROP",
      "CREATE TABLE temp (id int)",
      "CREATE FUNCTION f() RETURNS void LANGUAGE sql SET search_path = shop AS $$ SELECT pg_advisory_lock(1) "
      "$$",
      "DECLARE c CURSOR FOR SELECT 1",
      "DO $$ BEGIN UPDATE t SET a = 1; END $$",
      "DO $$",
      "DO '",
      "$$",
  };
  for (const auto& statement : table) {
    INFO(statement);
    CHECK(session_state_of(statement).empty());
  }
}

}  // namespace windlass::sql
