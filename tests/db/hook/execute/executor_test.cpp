#include "hook/execute/executor.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "hook/database/run_records.hpp"
#include "tests/db/hook/execute/script_bench.hpp"

namespace windlass::hook {

TEST_CASE("a script and its history row commit together") {
  ScriptBench bench;
  bench.run("V1__a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);");
  CHECK(bench.value("SELECT count(*) FROM a") == "1");
  CHECK(bench.history() == "1 V1__a.sql t");
  CHECK(bench.value("SELECT xmin::text = (SELECT xmin::text FROM a) FROM flyway_schema_history") == "t");
}

TEST_CASE("a failing script leaves nothing, and the error names place, statement and SQLSTATE") {
  ScriptBench bench;
  const Error error =
      bench.run_error("V1__a.sql", "CREATE TABLE a (id int);\n-- second\nINSERT INTO a VALUES (1, 2);\n");
  CHECK(error.code() == ExitCode::kScriptFailed);
  CHECK(std::string(error.what()) ==
        "V1__a.sql:3:26 failed: INSERT has more expressions than target columns (SQLSTATE 42601)");
  CHECK(error.details() ==
        "V1__a.sql:3:26: error: INSERT has more expressions than target columns (SQLSTATE 42601)\n"
        "  INSERT INTO a VALUES (1, 2);\n"
        "                           ^\n"
        "  statement 2 of 2:\n"
        "      3 | INSERT INTO a VALUES (1, 2);\n"
        "  state: everything the script did was rolled back; scripts before it stay applied\n");
  CHECK(bench.value("SELECT to_regclass('a')") == "NULL");
  CHECK(bench.history().empty());
  CHECK(bench.value("SELECT 1") == "1");
}

TEST_CASE("a failure without a position points at the statement that failed") {
  ScriptBench bench;
  const Error error = bench.run_error("V1__a.sql",
                                      "CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);\n"
                                      "\n  INSERT INTO a\n  VALUES (1);\nSELECT 1;\n");
  CHECK_THAT(error.what(), Catch::StartsWith("V1__a.sql:4:3 failed: duplicate key value"));
  CHECK_THAT(error.details(),
             Catch::Contains("statement 3 of 4:\n      4 |   INSERT INTO a\n      5 |   VALUES (1);\n"));
  CHECK_THAT(error.details(), Catch::Contains("  detail: Key (id)=(1) already exists.\n"));
}

TEST_CASE("an error in a script with characters beyond ASCII points at the right column") {
  ScriptBench bench;
  const Error error = bench.run_error("V1__a.sql", "SELECT 'äöü€😀', nope;");
  CHECK_THAT(error.what(), Catch::StartsWith("V1__a.sql:1:17 failed: column \"nope\" does not exist"));
}

TEST_CASE("COPY rows travel with their script") {
  ScriptBench bench;
  bench.run("V1__a.sql",
            "CREATE TABLE a (id int, t text);\nCOPY a FROM STDIN;\n1\tone\n2\ttwo; not a statement\n\\.\n"
            "INSERT INTO a VALUES (3, 'three');\n");
  CHECK(bench.value("SELECT string_agg(t, ',' ORDER BY id) FROM a") == "one,two; not a statement,three");
}

TEST_CASE("a bad COPY row rolls the whole script back") {
  ScriptBench bench;
  const Error error = bench.run_error("V1__a.sql", "CREATE TABLE a (id int);\nCOPY a FROM STDIN;\nx\n\\.\n");
  CHECK_THAT(error.what(), Catch::StartsWith("V1__a.sql:2:1 failed: invalid input syntax for type integer"));
  CHECK(bench.value("SELECT to_regclass('a')") == "NULL");
}

TEST_CASE("BEGIN and COMMIT around a script mean its own transaction and are left out") {
  ScriptBench bench;
  bench.run("V1__a.sql", "-- as exported\nBEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\n");
  CHECK(bench.history() == "1 V1__a.sql t");
  const Error error =
      bench.run_error("V2__b.sql", "BEGIN;\nCREATE TABLE b (id int);\nSELECT 1/0;\nCOMMIT;\n");
  CHECK(error.code() == ExitCode::kScriptFailed);
  CHECK(bench.value("SELECT to_regclass('b')") == "NULL");
}

TEST_CASE("what a script sets in the session does not reach the next one") {
  ScriptBench bench;
  bench.run("V1__a.sql", "SET search_path = ''; SET statement_timeout = '1h';");
  bench.run("V2__b.sql", "CREATE TABLE b AS SELECT current_setting('statement_timeout') AS t;");
  CHECK(bench.value("SELECT t FROM public.b") == "0");
}

TEST_CASE("a script that ends its transaction behind our back is found by the marker") {
  ScriptBench bench;
  // What takes the marker away looks like a COMMIT.
  const Error error = bench.run_error("V1__a.sql", "CREATE TABLE a (id int); RESET windlass.tx;");
  CHECK(error.code() == ExitCode::kPartlyApplied);
  CHECK(std::string(error.what()) == "V1__a.sql ended the transaction that it runs in");
  CHECK(bench.history().empty());
}

TEST_CASE("a locked table is tried again under a short timeout until it is free") {
  ScriptBench bench;
  bench.run("V1__a.sql", "CREATE TABLE a (id int);");
  Session blocker = bench.db.another();
  blocker.execute("locking", "BEGIN; LOCK TABLE a IN ACCESS SHARE MODE");
  std::thread release([&] {
    std::this_thread::sleep_for(Milliseconds(1'200));
    blocker.execute("releasing", "COMMIT");
  });
  bench.run("V2__b.sql", "ALTER TABLE a ADD COLUMN n int;");
  release.join();
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__b.sql t");
}

TEST_CASE("a table that stays locked ends the run after its retries, with the blocker named") {
  ScriptBench bench;
  bench.run("V1__a.sql", "CREATE TABLE a (id int);");
  Session blocker = bench.db.another();
  blocker.execute("locking", "BEGIN; LOCK TABLE a IN ACCESS SHARE MODE");
  bench.settings.retries = 1;
  const Error error = bench.run_error("V2__b.sql", "ALTER TABLE a ADD COLUMN n int;");
  CHECK(error.code() == ExitCode::kTransient);
  CHECK_THAT(error.what(), Catch::StartsWith("V2__b.sql could not get its locks in 2 attempts within "));
  CHECK_THAT(error.details(),
             Catch::StartsWith("  blocked by process " + std::to_string(blocker.backend()) + " (role "));
}

TEST_CASE("a stop request cancels the statement and rolls back within a moment") {
  ScriptBench bench;
  std::thread stopper([&] {
    std::this_thread::sleep_for(Milliseconds(300));
    bench.db.stop.request();
  });
  const auto began = bench.db.clock.now();
  const Error error = bench.run_error("V1__a.sql", "CREATE TABLE a (id int); SELECT pg_sleep(30);");
  stopper.join();
  CHECK(error.code() == ExitCode::kTerminated);
  CHECK(std::string(error.what()) == "stopped during V1__a.sql: it was cancelled and rolled back");
  CHECK(elapsed(bench.db.clock, began) < Milliseconds(3'000));
  CHECK(bench.value("SELECT to_regclass('a')") == "NULL");
}

TEST_CASE("the deadline cancels the statement as a stop does") {
  ScriptBench bench;
  bench.deadline = Milliseconds(300);
  const Error error = bench.run_error("V1__a.sql", "SELECT pg_sleep(30);");
  CHECK(error.code() == ExitCode::kTransient);
  CHECK(std::string(error.what()) ==
        "the deadline of 300ms passed during V1__a.sql: it was cancelled and rolled back");
}

TEST_CASE("a backend that is killed in a script leaves nothing, and the rerun applies it") {
  ScriptBench bench;
  const std::string backend = std::to_string(bench.db.session().backend());
  std::jthread killer([&] {
    std::this_thread::sleep_for(Milliseconds(300));
    bench.db.server.query("SELECT pg_terminate_backend(" + backend + ")");
  });
  const Error error = bench.run_error("V1__a.sql", "CREATE TABLE a (id int); SELECT pg_sleep(30);");
  killer.join();
  CHECK(error.code() == ExitCode::kTransient);
  CHECK(std::string(error.what()) ==
        "the connection was lost during V1__a.sql; its history row is not there, so it was rolled back");
  bench.run("V1__a.sql", "CREATE TABLE a (id int);");
  CHECK(bench.history() == "1 V1__a.sql t");
}

TEST_CASE("a script of many megabytes is sent in pieces and still commits as one") {
  ScriptBench bench;
  std::string sql = "CREATE TABLE a (t text);\n";
  const std::string row = "INSERT INTO a VALUES ('" + std::string(100'000, 'x') + "');\n";
  for (int i = 0; i < 30; ++i) sql += row;
  const Error error = bench.run_error("V1__a.sql", sql + "SELECT 1/0;\n");
  CHECK_THAT(error.what(), Catch::StartsWith("V1__a.sql:32:1 failed: division by zero"));
  CHECK(bench.value("SELECT to_regclass('a')") == "NULL");
  bench.run("V1__a.sql", sql);
  CHECK(bench.value("SELECT count(*) FROM a") == "30");
}

TEST_CASE("a script of an overtaken runner is rolled back with its history row") {
  ScriptBench bench;
  bench.db.session().share();
  bench.db.database.lock(kHistory, Milliseconds(0));
  bench.db.database.lease()->note_history(-1);
  bench.run("V1__a.sql", "CREATE TABLE a (id int)");
  // As if it happened while the script runs: the lease's row is what its last statements look at.
  const Error error =
      bench.run_error("V2__b.sql", "CREATE TABLE b (id int); UPDATE windlass_lease SET token = token + 1");
  CHECK(error.code() == ExitCode::kLocked);
  CHECK_THAT(error.what(), Catch::StartsWith("the lease of this run was taken over by "));
  CHECK(bench.history() == "1 V1__a.sql t");
  CHECK(bench.value("SELECT to_regclass('b')") == "NULL");
  bench.run("V2__b.sql", "CREATE TABLE b (id int)");
  bench.db.session().execute("as Flyway",
                             "UPDATE flyway_schema_history SET installed_rank = 9 WHERE script = "
                             "'V2__b.sql'");
  const Error changed = bench.run_error("V3__c.sql", "CREATE TABLE c (id int)");
  CHECK(changed.code() == ExitCode::kTransient);
  CHECK(changed.what() == std::string("another program changed the history table before V3__c.sql"));
}

}  // namespace windlass::hook
