// info, validate, baseline and repair: the phases that an operator calls.
#include "hook/database/advisory_lock.hpp"
#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {
namespace {

const Scripts kTwo{{"V1__a.sql", "CREATE TABLE a (id int);"}, {"V2__b.sql", "CREATE TABLE b (id int);"}};

Texts migration_lines(const Report& report) {
  REQUIRE(report.migrations);
  Texts lines;
  for (const auto& row : *report.migrations) {
    lines.push_back(fmt::format("{} {} {} {} {}", row.version.value_or("-"), row.description, row.type,
                                row.script, row.state));
  }
  return lines;
}

// Migrated, V3 stopped between its first statement and its second, which may or may not have happened: a
// version of the program that did not record how it sent the statement wrote the intent.
void leave_in_flight(PhaseBench& bench) {
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.script("V3__steps.sql", "CREATE TABLE c (id int);\nCALL grow();\nCREATE TABLE d (id int);\n");
  bench.script("V3__steps.sql.conf", "executeInTransaction=false\n");
  bench.sql("CREATE PROCEDURE grow() LANGUAGE sql AS 'SELECT 1/0'");
  REQUIRE(bench.migrate().outcome == ExitCode::kPartlyApplied);
  bench.sql(
      "CREATE OR REPLACE PROCEDURE grow() LANGUAGE sql AS 'SELECT 1'; "
      "INSERT INTO windlass_intents SELECT history_table, script, 1, encode(sha256('CALL grow()'), 'hex'), "
      "'started', run_id FROM windlass_intents WHERE statement = 0");
}

}  // namespace

TEST_CASE("info lists every migration with its state and changes nothing") {
  PhaseBench bench(kTwo);
  bench.settings.target = "1";
  const Report before = bench.info();
  CHECK(before.message == "public at no version, 1 script pending");
  CHECK_FALSE(bench.exists("flyway_schema_history"));
  bench.migrate();
  bench.script("R__r.sql", "SELECT 1;");
  bench.script("U1__a.sql", "DROP TABLE a;");
  const Report report = bench.info();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "public at version 1, 1 script pending");
  CHECK(migration_lines(report) == Texts{"1 a SQL V1__a.sql Success", "1 a UNDO_SQL U1__a.sql Available",
                                         "2 b SQL V2__b.sql Above Target", "- r SQL R__r.sql Pending"});
  CHECK(report.migrations->front().installed_by == bench.server.owner());
  CHECK(report.migrations->front().installed_on);
  CHECK(bench.records() == "migrate done - 1");
}

TEST_CASE("info needs no right but SELECT, and works while another runner holds the lock") {
  PhaseBench bench(kTwo);
  bench.migrate();
  Session other = bench.another_session();
  other.execute("locking", "SELECT pg_advisory_lock(" +
                               std::to_string(advisory_lock_key({"public", "flyway_schema_history"})) + ")");
  bench.sql(
      "DROP ROLE IF EXISTS looker; CREATE ROLE looker LOGIN PASSWORD 'looking'; GRANT SELECT ON ALL TABLES "
      "IN SCHEMA public TO looker");
  bench.settings.database_user = "looker";
  bench.settings.database_password = Secret("looking");
  CHECK(bench.info().message == "public at version 2, 0 scripts pending");
  CHECK(bench.validate().message == "valid: 2 migrations agree");
  bench.sql("DROP OWNED BY looker; DROP ROLE looker");
}

TEST_CASE("info names a script that is partly applied") {
  PhaseBench bench(kTwo);
  leave_in_flight(bench);
  CHECK(bench.info().message == "public at version 2, 1 script pending; V3__steps.sql is partly applied");
}

TEST_CASE("validate reports every fault with Flyway's text and code") {
  PhaseBench bench(kTwo);
  bench.migrate();
  CHECK(bench.validate().message == "valid: 2 migrations agree");
  bench.script("V1__a.sql", "changed");
  bench.remove("sql/V2__b.sql");
  bench.script("V3__c.sql", "SELECT 1;");
  const Report report = bench.validate();
  CHECK(report.outcome == ExitCode::kInvalidScripts);
  CHECK(report.message == "the scripts and the history table disagree in 3 places");
  CHECK_THAT(report.details, Catch::Contains("[CHECKSUM_MISMATCH]\n"));
  CHECK_THAT(report.details, Catch::Contains("Detected applied migration not resolved locally: 2.\n"));
  CHECK_THAT(report.details, Catch::Contains("Detected resolved migration not applied to database: 3.\n"));
}

TEST_CASE("baseline marks a database, and says so when it is marked already") {
  PhaseBench bench(kTwo);
  bench.sql("CREATE TABLE legacy (id int)");
  bench.settings.environment = "dev";
  bench.settings.baseline_version = "1.0";
  bench.settings.baseline_description = "it's old";
  const Report report = bench.baseline();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "baselined public with version 1.0");
  CHECK(bench.history() == "1 1.0 it's old BASELINE it's old - t");
  CHECK(bench.value("SELECT environment FROM windlass_environment") == "dev");
  CHECK(bench.records() == "baseline done - 1.0");
  CHECK(bench.baseline().message == "nothing to do: baselined with version 1.0 already");
  CHECK(applied_scripts(bench.migrate()) == Texts{"V2__b.sql"});
}

TEST_CASE("baseline is refused where Flyway refuses it") {
  PhaseBench bench(kTwo);
  const auto refusal = [&] {
    const Report report = bench.baseline();
    CHECK(report.outcome == ExitCode::kRefused);
    return report.message + " | " + report.hint;
  };
  const std::string table = "\"public\".\"flyway_schema_history\"";
  SECTION("migrations") {
    bench.migrate();
    CHECK(refusal() ==
          table + " already contains migrations | A baseline is for a database that has no history yet.");
  }
  SECTION("another baseline") {
    bench.baseline();
    bench.settings.baseline_version = "2";
    CHECK(refusal() ==
          table +
              " has already been baselined with (1,<< Flyway Baseline >>) | Use the same version "
              "and description, or leave it.");
  }
  SECTION("an empty table") {
    bench.migrate();
    bench.sql("DELETE FROM flyway_schema_history");
    CHECK(refusal() ==
          table + " already exists, and is empty | Drop " + table + ", then run baseline again.");
  }
  SECTION("version 0 beside created schemas") {
    bench.settings.schemas = {"app"};
    bench.settings.target = "0?";
    bench.script("V0__zero.sql.off", "");
    REQUIRE(bench.migrate().outcome == ExitCode::kDone);
    bench.settings.baseline_version = "0";
    CHECK(refusal() ==
          "\"app\".\"flyway_schema_history\" uses version 0 for the creation of its schemas | "
          "Baseline with another version.");
  }
}

TEST_CASE("baseline checks its version, the environment and the lock") {
  PhaseBench bench(kTwo);
  bench.settings.baseline_version = "old";
  const Report wrong = bench.baseline();
  CHECK(wrong.outcome == ExitCode::kConfiguration);
  CHECK(wrong.message == "baseline-version is no version: old");
  bench.settings.baseline_version = "1";
  bench.settings.environment = "dev";
  REQUIRE(bench.baseline().outcome == ExitCode::kDone);
  bench.settings.environment = "prod";
  CHECK(bench.baseline().message == "this database belongs to environment dev, the run is for prod");
  Session other = bench.another_session();
  other.execute("locking", "SELECT pg_advisory_lock(" +
                               std::to_string(advisory_lock_key({"public", "flyway_schema_history"})) + ")");
  bench.settings.lock_wait = Milliseconds(100);
  CHECK(bench.baseline().outcome == ExitCode::kLocked);
}

TEST_CASE("a dry run of a baseline changes nothing") {
  PhaseBench bench(kTwo);
  bench.settings.dry_run = true;
  const Report report = bench.baseline();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "dry run: would baseline public with version 1, nothing was changed");
  CHECK_FALSE(bench.exists("flyway_schema_history"));
}

TEST_CASE("repair removes failed rows, marks missing scripts and aligns edited ones") {
  PhaseBench bench(kTwo);
  bench.script("V3__c.sql", "SELECT 1;");
  bench.script("V4__d.sql", "SELECT 1;");
  bench.migrate();
  bench.sql("UPDATE flyway_schema_history SET success = false WHERE version = '3'");
  bench.remove("sql/V2__b.sql");
  bench.script("V1__a.sql", "CREATE TABLE a (id bigint);");
  bench.settings.confirm = "changed:V1__a.sql=936413492";
  bench.settings.dry_run = true;
  const Report dry = bench.repair();
  CHECK(dry.message == "dry run: 3 repairs, nothing was changed");
  CHECK(dry.details ==
        "would have removed the failed row of V3__c.sql\nwould have marked V2__b.sql as deleted\n"
        "would have aligned the row of V1__a.sql\n");
  bench.settings.dry_run = false;
  const Report report = bench.repair();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "3 repairs made");
  CHECK(report.details ==
        "removed the failed row of V3__c.sql\nmarked V2__b.sql as deleted\naligned the row of V1__a.sql\n");
  CHECK(bench.history() ==
        "1 1 a SQL V1__a.sql 936413492 t\n2 2 b SQL V2__b.sql 1128195672 t\n4 4 d SQL V4__d.sql 78787420 t\n"
        "5 2 b DELETE V2__b.sql 1128195672 t");
  bench.settings.confirm.clear();
  CHECK(bench.repair().message == "nothing to repair");
  CHECK(bench.value("SELECT string_agg(concat_ws(' ', phase, outcome), ',' ORDER BY started_at) FROM "
                    "windlass_runs") == "migrate done,repair done,repair done");
}

TEST_CASE("a repair that fails half-way changes nothing") {
  PhaseBench bench(kTwo);
  bench.migrate();
  bench.script("V1__a.sql", "changed");
  bench.remove("sql/V2__b.sql");
  bench.settings.confirm = PhaseBench::confirmation_in(bench.repair());
  bench.sql("REVOKE UPDATE ON flyway_schema_history FROM " + bench.server.owner());
  const Report report = bench.repair();
  CHECK(report.outcome == ExitCode::kNotPermitted);
  CHECK_THAT(report.message, Catch::StartsWith("aligning a row of the history table: permission denied"));
  CHECK(bench.value("SELECT count(*) FROM flyway_schema_history") == "2");
}

TEST_CASE("a statement in flight stops migrate until repair has settled it") {
  PhaseBench bench(kTwo);
  leave_in_flight(bench);
  const Report stuck = bench.migrate();
  CHECK(stuck.outcome == ExitCode::kPartlyApplied);
  CHECK_THAT(stuck.message,
             Catch::StartsWith("<DIR>/sql/V3__steps.sql:2:1: statement 2 (CALL) was in flight when run "));
  CHECK(stuck.hint ==
        "Look whether the statement took effect, then run: windlass-hook repair --confirm "
        "applied:V3__steps.sql "
        "when it did, --confirm not-applied:V3__steps.sql when it did not. After that, migrate goes on.");
  SECTION("applied") {
    bench.settings.confirm = "applied:V3__steps.sql";
    CHECK(bench.repair().message ==
          "statement 2 of V3__steps.sql counts as applied now; migrate goes on there");
    bench.sql("DROP PROCEDURE grow()");
  }
  SECTION("not applied") {
    bench.settings.confirm = "not-applied:V3__steps.sql";
    CHECK(bench.repair().message ==
          "statement 2 of V3__steps.sql counts as not-applied now; migrate goes on there");
  }
  bench.settings.confirm.clear();
  CHECK(bench.migrate().message == "applied 1 script, public is now at version 3");
  CHECK(bench.exists("d"));
  CHECK(bench.value("SELECT count(*) FROM windlass_intents") == "0");
}

TEST_CASE("a confirmation that settles nothing is refused") {
  PhaseBench bench(kTwo);
  bench.migrate();
  bench.settings.confirm = "yes";
  const Report usage = bench.repair();
  CHECK(usage.outcome == ExitCode::kUsage);
  CHECK(usage.message ==
        "the confirmation is none of applied:SCRIPT, not-applied:SCRIPT and changed:SCRIPT=CHECKSUM");
  CHECK(usage.hint == "Run repair without it: it prints the value that fits.");
  bench.settings.confirm = "applied:V2__b.sql";
  const Report nothing = bench.repair();
  CHECK(nothing.outcome == ExitCode::kRefused);
  CHECK(nothing.message == "no statement of V2__b.sql is in flight");
  CHECK(nothing.hint == "See windlass-hook inspect for what is in flight.");
}

TEST_CASE("settling a statement heeds the environment and the dry run") {
  PhaseBench bench(kTwo);
  bench.settings.environment = "dev";
  leave_in_flight(bench);
  bench.settings.confirm = "applied:V3__steps.sql";
  bench.settings.environment = "prod";
  CHECK(bench.repair().message == "this database belongs to environment dev, the run is for prod");
  bench.settings.environment = "dev";
  bench.settings.dry_run = true;
  const Report report = bench.repair();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message ==
        "dry run: statement 2 of V3__steps.sql would count as applied, nothing was changed");
}

TEST_CASE("repair before there is a history table has nothing to do") {
  PhaseBench bench(kTwo);
  CHECK(bench.repair().message == "nothing to repair");
}

}  // namespace windlass::hook
