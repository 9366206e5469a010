#include "hook/phases/verify.hpp"

#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {
namespace {

const Scripts kTable{{"V1__a.sql", "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (2);"}};

}  // namespace

TEST_CASE("verify passes when everything holds, and lists each expectation") {
  PhaseBench bench(kTable);
  bench.write("verify/1-none.sql", "SELECT id FROM a WHERE id > ${most};");
  bench.write("verify/2-true.sql", "SELECT count(*) = 2 FROM a");
  bench.write("verify/3-two.sql", "SELECT true;\nSELECT 1 WHERE false;\n");
  bench.settings.placeholders = {{"most", "7"}};
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  const Report report = bench.verify();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "verified: 8 expectations hold");
  CHECK(check_lines(report) ==
        Texts{"ok version: at 1", "ok history: 1 row agree with the scripts", "ok indexes: no invalid index",
              "ok constraints: none is NOT VALID unlisted", "ok 1-none.sql: no rows",
              "ok 2-true.sql: is true", "ok 3-two.sql#1: is true", "ok 3-two.sql#2: no rows"});
  CHECK(
      bench.value("SELECT concat_ws(' ', phase, outcome, version_to) FROM windlass_runs ORDER BY started_at "
                  "DESC LIMIT 1") == "verify done 1");
}

TEST_CASE("verify reports every broken expectation, not the first") {
  PhaseBench bench(kTable);
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.script("V2__b.sql", "SELECT 1;");
  bench.write("verify/a.sql", "SELECT id FROM a");
  bench.write("verify/b.sql", "SELECT false");
  bench.write("verify/c.sql", "SELECT nope FROM a");
  bench.write("verify/d.sql", "-- nothing");
  bench.write("verify/e.sql", "SELECT 'open");
  bench.write("verify/f.sql", "SELECT ${nope}");
  bench.write("verify/g.sql", "SELECT NULL::boolean");
  bench.sql(
      "CREATE UNIQUE INDEX a_id ON a (id); UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
      "'a_id'::regclass; ALTER TABLE a ADD CONSTRAINT positive CHECK (id > 0) NOT VALID; "
      "INSERT INTO windlass_intents VALUES ('flyway_schema_history', 'V9__x.sql', 0, 'x', 'started', "
      "'00000000-0000-4000-8000-000000000001')");
  bench.settings.expect_version = "2";
  const Report report = bench.verify();
  CHECK(report.outcome == ExitCode::kScriptFailed);
  CHECK(report.message == "verify: 12 checks failed, the first: at 1, expected 2");
  CHECK(report.hint == "Run migrate, or roll back the application.");
  const Texts expected{
      "failed version: at 1, expected 2",
      "failed history: Detected resolved migration not applied to database: 2. To fix this error, either run "
      "migrate, or set -ignoreMigrationPatterns='*:pending'.",
      "failed history: V9__x.sql is partly applied",
      "failed indexes: invalid index public.a_id",
      "failed constraints: NOT VALID constraint public.a.positive",
      "failed a.sql: returned 2 rows, expected none",
      "failed b.sql: is not true",
      "failed c.sql: the query failed: column \"nope\" does not exist (SQLSTATE 42703)",
      "failed d.sql: holds no query",
      "failed e.sql: quoted string without its end",
      "failed f.sql: no value for the placeholder ${nope}",
      "failed g.sql: is not true",
  };
  CHECK(check_lines(report) == expected);
}

TEST_CASE("a verify query that writes is refused by the session") {
  PhaseBench bench(kTable);
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.sql(
      "CREATE SEQUENCE s; GRANT ALL ON SEQUENCE s TO PUBLIC; CREATE FUNCTION writes() RETURNS int "
      "LANGUAGE sql AS 'INSERT INTO a VALUES (9) RETURNING id'");
  const std::string query =
      GENERATE("INSERT INTO a VALUES (3)", "CREATE TABLE x (id int)", "SELECT nextval('s')",
               "SELECT setval('s', 5)", "SELECT writes()",
               "SELECT set_config('transaction_read_only', 'off', false) = 'off'; INSERT INTO a VALUES (3)",
               "SET TRANSACTION READ WRITE; INSERT INTO a VALUES (3)", "ROLLBACK; INSERT INTO a VALUES (3)",
               "SET default_transaction_read_only = off; INSERT INTO a VALUES (3)",
               "COMMIT; BEGIN READ WRITE; INSERT INTO a VALUES (3); COMMIT");
  bench.write("verify/w.sql", query);
  INFO(query);
  const Report report = bench.verify();
  CHECK(report.outcome != ExitCode::kDone);
  CHECK(bench.value("SELECT count(*) FROM a") == "2");
  CHECK_FALSE(bench.exists("x"));
  CHECK(bench.value("SELECT is_called FROM s") == "f");
  CHECK(bench.value("SELECT outcome FROM windlass_runs ORDER BY started_at DESC LIMIT 1") != "running");
}

TEST_CASE("a refused write says that the session is read-only") {
  PhaseBench bench(kTable);
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.write("verify/w.sql", "INSERT INTO a VALUES (3)");
  CHECK(check_lines(bench.verify()).back() ==
        "failed w.sql: the query failed: cannot execute INSERT in a read-only transaction (SQLSTATE 25006)");
}

TEST_CASE("constraints that allow-not-valid lists may stay NOT VALID") {
  PhaseBench bench(kTable);
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.sql("ALTER TABLE a ADD CONSTRAINT positive CHECK (id > 0) NOT VALID");
  for (const char* name : {"a.positive", "public.a.positive"}) {
    bench.settings.allow_not_valid = {name};
    CHECK(bench.verify().outcome == ExitCode::kDone);
  }
  bench.settings.allow_not_valid = {"b.positive"};
  const Report report = bench.verify();
  CHECK(report.outcome == ExitCode::kScriptFailed);
  CHECK(report.message == "verify: NOT VALID constraint public.a.positive");
  CHECK(report.hint == "VALIDATE it, or list it in allow-not-valid.");
}

TEST_CASE("a database ahead of the expected version is fine") {
  PhaseBench bench(kTable);
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.settings.expect_version = "0.9";
  CHECK(check_lines(bench.verify()).front() == "ok version: at 1, expected at least 0.9");
  bench.settings.expect_version = "1.x";
  const Report report = bench.verify();
  CHECK(report.outcome == ExitCode::kConfiguration);
  CHECK(report.message == "verify: expect-version is no version: 1.x");
}

TEST_CASE("a query that never ends is cut at the statement timeout") {
  PhaseBench bench(kTable);
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.write("verify/slow.sql", "SELECT pg_sleep(30)");
  bench.settings.statement_timeout = Milliseconds(300);
  const Report report = bench.verify();
  CHECK(report.outcome == ExitCode::kTransient);
  CHECK(report.message ==
        "verify: the query failed: canceling statement due to statement timeout (SQLSTATE 57014)");
}

TEST_CASE("verify before the first migrate says what is missing") {
  PhaseBench bench(kTable);
  const Report report = bench.verify();
  CHECK(report.outcome == ExitCode::kScriptFailed);
  CHECK(report.message ==
        "verify: Detected resolved migration not applied to database: 1. To fix this error, either run "
        "migrate, "
        "or set -ignoreMigrationPatterns='*:pending'.");
  CHECK_FALSE(bench.exists("windlass_runs"));
}

TEST_CASE("verify is refused on the database of another environment") {
  PhaseBench bench(kTable);
  bench.settings.environment = "dev";
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.settings.environment = "prod";
  const Report report = bench.verify();
  CHECK(report.outcome == ExitCode::kRefused);
  CHECK(report.message == "this database belongs to environment dev, the run is for prod");
}

}  // namespace windlass::hook
