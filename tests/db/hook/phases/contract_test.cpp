#include "hook/phases/migrate.hpp"
#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {
namespace {

const std::string kMark = "-- windlass: contract\n";
const Scripts kRelease{{"V1__a.sql", "CREATE TABLE a (old int, new int);"},
                       {"V2__b.sql", "CREATE TABLE b (id int);"},
                       {"V3__drop_old.sql", kMark + "ALTER TABLE a DROP COLUMN old;"},
                       {"R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT new FROM a;"}};

struct Rollout : PhaseBench {
  explicit Rollout(const Scripts& scripts = kRelease) : PhaseBench(scripts) {
    settings.defer_contract = true;
  }
  Report contract() { return run(Phase::kContract, run_contract); }
  std::string columns() {
    return value(
        "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = "
        "'a'::regclass AND attnum > 0 AND NOT attisdropped");
  }
};

}  // namespace

TEST_CASE("a contract script waits for the rollout, and the application may start before it") {
  Rollout bench;
  const Report migrated = bench.migrate();
  CHECK(migrated.outcome == ExitCode::kDone);
  CHECK(migrated.message ==
        "applied 3 scripts, public is now at version 2; 1 contract script left for after the rollout");
  CHECK(migrated.left_for_contract == Texts{"V3__drop_old.sql"});
  CHECK(migrated.pending == 0);
  CHECK(bench.columns() == "old new");
  CHECK(bench.migrate().message ==
        "nothing to do: public is up to date at version 2; 1 contract script left for after the rollout");

  bench.settings.expect_version = "2";
  CHECK(bench.guard().outcome == ExitCode::kDone);
  const Report verified = bench.verify();
  CAPTURE(verified.message);
  CHECK(verified.outcome == ExitCode::kDone);
  CHECK(verified.left_for_contract == Texts{"V3__drop_old.sql"});

  const Report contracted = bench.contract();
  CHECK(contracted.message == "applied 1 script, public is now at version 3");
  CHECK(bench.columns() == "new");
  CHECK(bench.contract().message == "nothing to do: public is up to date at version 3");
  CHECK(bench.verify().outcome == ExitCode::kDone);
  CHECK(bench.migrate().message == "nothing to do: public is up to date at version 3");
}

TEST_CASE("verify without defer-contract wants contract scripts applied") {
  Rollout bench;
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.settings.defer_contract = false;
  CHECK(bench.verify().outcome == ExitCode::kScriptFailed);
  CHECK(bench.migrate().message == "applied 1 script, public is now at version 3");
  CHECK(bench.verify().outcome == ExitCode::kDone);
}

TEST_CASE("info tells which pending scripts are for after the rollout") {
  Rollout bench;
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  const Report info = bench.info();
  Texts contract;
  for (const auto& row : *info.migrations) {
    if (row.contract) contract.push_back(row.script + " " + row.state);
  }
  CHECK(contract == Texts{"V3__drop_old.sql Pending"});
}

TEST_CASE("contract scripts do not run before the rest of their release") {
  Rollout bench;
  const Report early = bench.contract();
  CHECK(early.outcome == ExitCode::kRefused);
  CHECK(
      early.message ==
      "V1__a.sql is pending and not marked contract; V3__drop_old.sql comes after the rollout that needs it");
  CHECK_FALSE(bench.exists("flyway_schema_history"));
}

TEST_CASE("a release whose predecessor has not contracted is refused, and its predecessor can be finished") {
  Rollout bench;
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.script("V4__c.sql", "CREATE TABLE c (id int);");
  const Report refused = bench.migrate();
  CHECK(refused.outcome == ExitCode::kRefused);
  CHECK(refused.message ==
        "V3__drop_old.sql is marked contract and stands before V4__c.sql, which this release needs first");
  CHECK(
      refused.hint ==
      "Finish the release that brought it: windlass-hook contract --target 3, when no application needs what "
      "it takes away.");
  CHECK(bench.columns() == "old new");

  bench.settings.target = "3";
  CHECK(bench.contract().message == "applied 1 script, public is now at version 3");
  bench.settings.target = "latest";
  CHECK(bench.migrate().message == "applied 1 script, public is now at version 4");
}

TEST_CASE("a new database gets the contract scripts of earlier releases in their order") {
  Rollout bench;
  bench.script("V4__c.sql", "CREATE TABLE c AS SELECT new FROM a;");
  bench.script("V5__drop_b.sql", kMark + "DROP TABLE b;");
  const Report migrated = bench.migrate();
  CHECK(migrated.message ==
        "applied 5 scripts, public is now at version 4; 1 contract script left for after the rollout");
  CHECK(bench.exists("b"));
}

TEST_CASE("the first migration goes on after a failure as if it had not been interrupted") {
  Rollout bench;
  bench.script("V2__b.sql", "SELECT 1 / 0;");
  bench.script("V4__c.sql", "CREATE TABLE c (id int);");
  REQUIRE(bench.migrate().outcome == ExitCode::kScriptFailed);
  bench.script("V2__b.sql", "CREATE TABLE b (id int);");
  CHECK(bench.migrate().message == "applied 4 scripts, public is now at version 4");
}

TEST_CASE("a history that another tool began is not taken for a first migration") {
  Rollout bench;
  bench.settings.target = "2";
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.settings.target = "latest";
  bench.sql(
      "DROP TABLE windlass_runs, windlass_intents, windlass_undo, windlass_tokens, windlass_environment");
  bench.script("V4__c.sql", "CREATE TABLE c (id int);");
  CHECK(bench.migrate().outcome == ExitCode::kRefused);
  CHECK(bench.exists("windlass_runs"));
  CHECK(bench.migrate().outcome == ExitCode::kRefused);
}

TEST_CASE("a baseline says that an application was there before") {
  Rollout bench({{"V1__a.sql", "SELECT 1;"},
                 {"V2__drop_old.sql", kMark + "ALTER TABLE a DROP COLUMN old;"},
                 {"V3__c.sql", "CREATE TABLE c (id int);"}});
  bench.sql("CREATE TABLE a (old int, new int)");
  bench.settings.baseline_on_migrate = true;
  CHECK(bench.migrate().outcome == ExitCode::kRefused);
  CHECK(bench.migrate().outcome == ExitCode::kRefused);
  CHECK(bench.columns() == "old new");
}

TEST_CASE("a contract script that is partly applied is the contract phase's to go on with") {
  Rollout bench({{"V1__a.sql", "CREATE TABLE a (id int);"},
                 {"V2__index.sql", kMark + "CREATE INDEX CONCURRENTLY one ON a (id);\nDROP TABLE nothing;"},
                 {"V2__index.sql.conf", "executeInTransaction=false"}});
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  REQUIRE(bench.contract().outcome == ExitCode::kPartlyApplied);
  CHECK(bench.migrate().outcome == ExitCode::kDone);
  CHECK(bench.verify().outcome == ExitCode::kDone);
  bench.sql("CREATE TABLE nothing (); ALTER TABLE nothing OWNER TO " +
            bench.value("SELECT tableowner FROM pg_tables WHERE tablename = 'a'"));
  CHECK(bench.contract().message == "applied 1 script, public is now at version 2");
}

}  // namespace windlass::hook
