#include "hook/execute/stepwise.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "core/base/digest.hpp"
#include "hook/database/indexes.hpp"
#include "hook/execute/index_build.hpp"
#include "tests/db/hook/execute/script_bench.hpp"

namespace windlass::hook {
namespace {

const IntentKey kKey{"public", "flyway_schema_history", "V2__index.sql"};
constexpr auto kEarlierRun = "00000000-0000-4000-8000-00000000000e";

void begin_table(ScriptBench& bench) {
  bench.run("V1__a.sql",
            "CREATE TABLE a (id int, n int); INSERT INTO a SELECT i, i FROM generate_series(1, 10) i;");
}

bool index_is_valid(ScriptBench& bench, const std::string& name) {
  const auto state = index_state(bench.db.session(), name);
  return state && state->valid;
}

}  // namespace

TEST_CASE("an index is built concurrently and recorded when it is there") {
  ScriptBench bench;
  begin_table(bench);
  bench.run("V2__index.sql", "SET maintenance_work_mem = '16MB';\nCREATE INDEX CONCURRENTLY a_n ON a (n);\n");
  CHECK(index_is_valid(bench, "a_n"));
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
  CHECK(read_intents(bench.db.session(), kKey).empty());
}

TEST_CASE("an index that an interrupted run left invalid is dropped and built again") {
  ScriptBench bench;
  begin_table(bench);
  const std::string sql = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n)";
  bench.db.session().execute("spoiling", "INSERT INTO a VALUES (11, 10)");
  CHECK_THROWS(bench.db.session().execute("building", sql));
  bench.db.session().execute("mending", "DELETE FROM a WHERE id = 11");
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun);
  CHECK_FALSE(index_is_valid(bench, "a_n"));
  bench.run("V2__index.sql", sql + ";");
  CHECK(index_is_valid(bench, "a_n"));
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("an index that was finished before the run was killed is not built twice") {
  ScriptBench bench;
  begin_table(bench);
  const std::string sql = "CREATE INDEX CONCURRENTLY a_n ON a (n)";
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun);
  bench.db.session().execute("building", sql);
  bench.run("V2__index.sql", sql + ";");
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("a build that fails leaves no invalid index and no intent") {
  ScriptBench bench;
  begin_table(bench);
  bench.db.session().execute("spoiling", "INSERT INTO a VALUES (11, 10)");
  const Error error = bench.run_error("V2__index.sql", "CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n);");
  CHECK(error.code() == ExitCode::kScriptFailed);
  CHECK_THAT(error.what(),
             Catch::StartsWith("V2__index.sql:1:1 failed: could not create unique index \"a_n\""));
  CHECK(bench.value("SELECT to_regclass('a_n')") == "NULL");
  CHECK(read_intents(bench.db.session(), kKey).empty());
}

TEST_CASE("a second statement that fails leaves the first applied, says so, and the rerun goes on there") {
  ScriptBench bench;
  begin_table(bench);
  const std::string first = "CREATE INDEX CONCURRENTLY a_n ON a (n);\n";
  const Error error =
      bench.run_error("V2__index.sql", first + "CREATE INDEX CONCURRENTLY a_m ON a (missing);\n");
  CHECK(error.code() == ExitCode::kPartlyApplied);
  CHECK_THAT(error.details(),
             Catch::Contains("the 1 statement before it took effect and cannot be rolled back"));
  CHECK(bench.history() == "1 V1__a.sql t");
  bench.run("V2__index.sql", first + "CREATE INDEX CONCURRENTLY a_m ON a (id);\n");
  CHECK(index_is_valid(bench, "a_n"));
  CHECK(index_is_valid(bench, "a_m"));
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("a script's SET holds again when a rerun goes on behind it") {
  ScriptBench bench;
  bench.run("V1__a.sql",
            "CREATE SCHEMA app; CREATE TABLE app.a (id int, n int); CREATE TABLE a (id int, n int);");
  const std::string before = "SET search_path = app;\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n";
  const Error error =
      bench.run_error("V2__index.sql", before + "CREATE INDEX CONCURRENTLY a_n ON a (missing);\n");
  CHECK(error.code() == ExitCode::kPartlyApplied);
  bench.run("V2__index.sql", before + "CREATE INDEX CONCURRENTLY a_n ON a (n);\n");
  CHECK(index_is_valid(bench, "app.a_id"));
  CHECK(index_is_valid(bench, "app.a_n"));
  CHECK(bench.value("SELECT to_regclass('public.a_n')") == "NULL");
}

TEST_CASE("CONCURRENTLY has no timeout, and what the script set for the rest is put back") {
  ScriptBench bench;
  begin_table(bench);
  bench.run("V2__index.sql",
            "SET lock_timeout = '7s';\nCREATE INDEX CONCURRENTLY a_n ON a (n);\n"
            "CREATE TABLE seen AS SELECT current_setting('lock_timeout') AS t;\n",
            false);
  CHECK(bench.value("SELECT t FROM seen") == "7s");
}

TEST_CASE("a rerun refuses when the statements that were applied have changed") {
  ScriptBench bench;
  begin_table(bench);
  write_intent(bench.db.session(), kKey, 0, sha256_hex("CREATE INDEX CONCURRENTLY was_other ON a (n)"),
               kEarlierRun);
  const Error error = bench.run_error("V2__index.sql", "CREATE INDEX CONCURRENTLY a_n ON a (n);");
  CHECK(error.code() == ExitCode::kPartlyApplied);
  CHECK(std::string(error.what()) ==
        std::string("V2__index.sql is partly applied, and its statement 1 is not the one "
                    "that run ") +
            kEarlierRun + " began");
}

TEST_CASE("a statement in flight that the server knows nothing of is left to a person") {
  ScriptBench bench;
  begin_table(bench);
  const std::string sql = "CALL p()";
  bench.db.session().execute("creating", "CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'");
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun);
  const Error error = bench.run_error("V2__index.sql", sql + ";", false);
  CHECK(error.code() == ExitCode::kPartlyApplied);
  CHECK_THAT(error.what(),
             Catch::StartsWith("V2__index.sql:1:1: statement 1 (CALL) was in flight when run "));
  CHECK_THAT(error.hint(), Catch::Contains("windlass-hook repair --confirm applied:V2__index.sql"));
}

TEST_CASE("without a transaction each plain statement still commits with its progress") {
  ScriptBench bench;
  begin_table(bench);
  const std::string first = "UPDATE a SET n = n + 1 WHERE id = 1;\n";
  const Error error = bench.run_error("V2__index.sql", first + "UPDATE a SET n = 1/0;\n", false);
  CHECK(error.code() == ExitCode::kPartlyApplied);
  CHECK(bench.value("SELECT n FROM a WHERE id = 1") == "2");
  bench.run("V2__index.sql", first + "VACUUM a;\n", false);
  CHECK(bench.value("SELECT n FROM a WHERE id = 1") == "2");
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("an index that is there before the first try is not built again when it is the same") {
  ScriptBench bench;
  begin_table(bench);
  bench.db.session().execute("building", "CREATE INDEX a_n ON a (n) WHERE id > 0");
  const std::string oid = bench.value("SELECT 'a_n'::regclass::oid");
  bench.run("V2__index.sql", "CREATE INDEX CONCURRENTLY a_n ON public.a USING btree (n) WHERE (id>0);\n");
  CHECK(bench.value("SELECT 'a_n'::regclass::oid") == oid);
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("an index of the same name that is another is refused, not believed") {
  ScriptBench bench;
  begin_table(bench);
  const std::string sql = "CREATE INDEX CONCURRENTLY a_n ON a (n)";
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun, "absent");
  bench.db.session().execute("building", "CREATE INDEX a_n ON a (id)");
  const Error error = bench.run_error("V2__index.sql", sql + ";\n");
  CHECK(error.code() == ExitCode::kScriptFailed);
  CHECK_THAT(error.what(), Catch::Contains("relation \"a_n\" already exists"));
  CHECK(index_is_valid(bench, "a_n"));
}

TEST_CASE("IF NOT EXISTS does not make an invalid index of an earlier release pass for one") {
  ScriptBench bench;
  begin_table(bench);
  bench.db.session().execute("spoiling", "INSERT INTO a VALUES (11, 10)");
  CHECK_THROWS(bench.db.session().execute("building", "CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n)"));
  bench.db.session().execute("mending", "DELETE FROM a WHERE id = 11");
  bench.run("V2__index.sql", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n);\n");
  CHECK(index_is_valid(bench, "a_n"));
}

TEST_CASE("an index without a name that was finished before the run was killed is not built twice") {
  ScriptBench bench;
  begin_table(bench);
  const std::string sql = "CREATE INDEX CONCURRENTLY ON a (n)";
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun,
               "absent " + indexes_of(bench.db.session(), "a"));
  SECTION("it is there") { bench.db.session().execute("building", sql); }
  SECTION("it is not valid") {
    bench.db.session().execute("building", sql);
    bench.db.server.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_n_idx'::regclass");
  }
  SECTION("it is not there") {}
  bench.run("V2__index.sql", sql + ";\n");
  CHECK(bench.value("SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ',') FROM pg_index WHERE "
                    "indrelid = 'a'::regclass") == "a_n_idx true");
}

TEST_CASE("a build that another session is at is waited for, not dropped") {
  ScriptBench bench;
  begin_table(bench);
  const std::string sql = "CREATE INDEX CONCURRENTLY a_n ON a (n)";
  // A writer that holds the build up, and with it the run that waits for the build.
  Session writer = bench.db.another();
  writer.execute("writing", "BEGIN; UPDATE a SET n = n WHERE id = 1");
  Session builder = bench.db.another();
  std::thread building([&] { builder.execute("building", sql); });
  while (!index_state(bench.db.session(), "a_n")) std::this_thread::sleep_for(Milliseconds(20));
  CHECK_FALSE(index_state(bench.db.session(), "a_n")->builder.empty());
  const std::string oid = bench.value("SELECT 'a_n'::regclass::oid");
  std::thread letting_go([&] {
    std::this_thread::sleep_for(Milliseconds(500));
    writer.execute("ending", "COMMIT");
  });
  bench.run("V2__index.sql", sql + ";\n");
  building.join();
  letting_go.join();
  CHECK(bench.value("SELECT 'a_n'::regclass::oid") == oid);
  CHECK(index_is_valid(bench, "a_n"));
}

TEST_CASE("what an interrupted REINDEX CONCURRENTLY left is swept up before it runs again") {
  ScriptBench bench;
  begin_table(bench);
  bench.db.session().execute("building", "CREATE INDEX a_n ON a (n)");
  bench.db.session().execute("spoiling", "INSERT INTO a VALUES (11, 10)");
  CHECK_THROWS(bench.db.session().execute("building", "CREATE UNIQUE INDEX CONCURRENTLY a_n_ccnew ON a (n)"));
  const std::string sql = "REINDEX INDEX CONCURRENTLY a_n";
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun, "unknown");
  bench.run("V2__index.sql", sql + ";\n");
  CHECK(bench.value("SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ',') FROM pg_index WHERE "
                    "indrelid = 'a'::regclass") == "a_n true");
}

TEST_CASE("an index that is dropped is dropped once") {
  ScriptBench bench;
  begin_table(bench);
  const std::string sql = "DROP INDEX CONCURRENTLY a_n";
  bench.db.session().execute("building", "CREATE INDEX a_n ON a (n)");
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun,
               "there " + bench.value("SELECT 'a_n'::regclass::oid"));
  SECTION("it is gone") { bench.db.session().execute("dropping", sql); }
  SECTION("it is there") {}
  bench.run("V2__index.sql", sql + ";\n");
  CHECK(bench.value("SELECT to_regclass('a_n')") == "NULL");
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("a detach that was cut off is finished", "[since 14]") {
  ScriptBench bench;
  bench.run("V1__a.sql",
            "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM "
            "(0) TO "
            "(10);");
  const std::string sql = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY";
  const bool begun = GENERATE(true, false);  // by a run of ours, or by somebody else
  const std::string found = "there " + bench.value("SELECT 'p'::regclass::oid");
  if (begun) write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun, found);
  Session reader = bench.db.another();
  reader.execute("reading", "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM p");
  bench.db.session().execute("limiting", "SET statement_timeout = '300ms'");
  CHECK_THROWS(bench.db.session().execute("detaching", sql));
  reader.execute("ending", "COMMIT");
  bench.run("V2__index.sql", sql + ";\n");
  CHECK(bench.value("SELECT count(*) FROM pg_inherits") == "0");
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("a detach that was done before the run was killed is not tried again", "[since 14]") {
  ScriptBench bench;
  bench.run("V1__a.sql",
            "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM "
            "(0) TO "
            "(10);");
  const std::string sql = "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY";
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun,
               "there " + bench.value("SELECT 'p'::regclass::oid"));
  bench.db.session().execute("detaching", sql);
  bench.run("V2__index.sql", sql + ";\n");
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__index.sql t");
}

TEST_CASE("a procedure that commits nothing shares its transaction with its progress") {
  ScriptBench bench;
  begin_table(bench);
  bench.db.session().execute(
      "creating", "CREATE PROCEDURE grow() LANGUAGE sql AS 'UPDATE a SET n = n + 100 WHERE id = 1'");
  const std::string sql = "CALL grow()";
  write_intent(bench.db.session(), kKey, 0, sha256_hex(sql), kEarlierRun, std::string(kSharedTransaction));
  bench.run("V2__index.sql", sql + ";\nDO $$ BEGIN UPDATE a SET n = n + 1 WHERE id = 1; END $$;\n", false);
  CHECK(bench.value("SELECT n FROM a WHERE id = 1") == "102");
}

TEST_CASE("a procedure that commits is run alone, and its failure is a person's to look at") {
  ScriptBench bench;
  begin_table(bench);
  bench.db.session().execute(
      "creating",
      "CREATE PROCEDURE grow(divisor int) LANGUAGE plpgsql AS $$ BEGIN UPDATE a SET n = n + "
      "100 WHERE id = 1; COMMIT; UPDATE a SET n = n / divisor WHERE id = 1; END $$");
  bench.run("V2__index.sql", "CALL grow(1);\n", false);
  CHECK(bench.value("SELECT n FROM a WHERE id = 1") == "101");
  const Error error = bench.run_error("V3__again.sql", "CALL grow(0);\n", false);
  CHECK(error.code() == ExitCode::kPartlyApplied);
  CHECK_THAT(error.details(), Catch::Contains("what it committed before it failed stays"));
  CHECK_THAT(error.hint(), Catch::Contains("windlass-hook repair --confirm applied:V3__again.sql"));
  CHECK(bench.value("SELECT n FROM a WHERE id = 1") == "201");
  // Nothing is run again until somebody has said how it ended.
  const Error again = bench.run_error("V3__again.sql", "CALL grow(0);\n", false);
  CHECK(again.code() == ExitCode::kPartlyApplied);
  CHECK_THAT(again.what(), Catch::Contains("the server cannot tell whether it took effect"));
  CHECK(bench.value("SELECT n FROM a WHERE id = 1") == "201");
}

TEST_CASE("an enum value is added with its progress") {
  ScriptBench bench;
  bench.run("V1__a.sql", "CREATE TYPE mood AS ENUM ('low');");
  const std::string sql = "ALTER TYPE mood ADD VALUE 'high'";
  const Error error = bench.run_error("V2__index.sql", sql + ";\nSELECT 1/0;\n", false);
  CHECK(error.code() == ExitCode::kPartlyApplied);
  bench.run("V2__index.sql", sql + ";\nCREATE TABLE m AS SELECT 'high'::mood AS m;\n", false);
  CHECK(bench.value("SELECT enum_range(NULL::mood)") == "{low,high}");
}

TEST_CASE("a failed DROP INDEX CONCURRENTLY says that the index is left invalid, and the rerun drops it") {
  ScriptBench bench;
  begin_table(bench);
  bench.db.session().execute("building", "CREATE INDEX a_n ON a (n)");
  Session reader = bench.db.another();
  reader.execute("reading", "BEGIN; SELECT * FROM a");
  std::thread ending([&] {
    const std::string victim = std::to_string(bench.db.session().backend());
    while (
        bench.db.server.query("SELECT 1 FROM pg_index WHERE indexrelid = 'a_n'::regclass AND NOT indisvalid")
            .empty())
      std::this_thread::sleep_for(Milliseconds(20));
    bench.db.server.query("SELECT pg_cancel_backend(" + victim + ")");
  });
  const Error error = bench.run_error("V2__index.sql", "DROP INDEX CONCURRENTLY a_n;\n");
  ending.join();
  CHECK_THAT(error.details(), Catch::Contains("index a_n is left, and is not valid"));
  reader.execute("ending", "COMMIT");
  bench.run("V2__index.sql", "DROP INDEX CONCURRENTLY a_n;\n");
  CHECK(bench.value("SELECT to_regclass('a_n')") == "NULL");
}

TEST_CASE("an index of expressions is analysed when it is built") {
  ScriptBench bench;
  begin_table(bench);
  bench.run("V2__index.sql", "CREATE INDEX CONCURRENTLY a_twice ON a ((n * 2));\n");
  CHECK(bench.value("SELECT count(*) FROM pg_stats WHERE tablename = 'a_twice'") == "1");
}

TEST_CASE("a server that corrupts indexes builds none concurrently") {
  ScriptBench bench;
  const auto script = bench.prepare("V2__index.sql", "CREATE INDEX CONCURRENTLY a_n ON a (n);", std::nullopt);
  for (const int version : {130'010, 140'004, 150'000})
    CHECK_NOTHROW(refuse_corrupting_build(script, version));
  for (const int version : {140'000, 140'003}) {
    CHECK_THROWS_WITH(
        refuse_corrupting_build(script, version),
        "V2__index.sql: CREATE INDEX CONCURRENTLY on PostgreSQL 14.0 to 14.3 can leave a corrupt "
        "index without a word");
  }
  CHECK_NOTHROW(refuse_corrupting_build(
      bench.prepare("V2__index.sql", "DROP INDEX CONCURRENTLY a_n;", std::nullopt), 140'003));
}

}  // namespace windlass::hook
