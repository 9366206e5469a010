#include "hook/phases/migrate.hpp"

#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {

TEST_CASE("migrate applies versioned scripts, then repeatable ones, and says what it did") {
  PhaseBench bench(Scripts{{"R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT id FROM a;"},
                           {"V2__b.sql", "CREATE TABLE b (id int);"},
                           {"V1__first_table.sql", "CREATE TABLE a (id int);"}});
  bench.settings.environment = "staging";
  bench.settings.run_labels = {{"commit", "abc"}};
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "applied 3 scripts, public is now at version 2");
  CHECK(report.version_from == std::nullopt);
  CHECK(report.version_to == "2");
  CHECK(report.pending == 0);
  CHECK(applied_scripts(report) == Texts{"V1__first_table.sql", "V2__b.sql", "R__view.sql"});
  CHECK(report.applied[0].version == "1");
  CHECK(report.applied[0].description == "first table");
  CHECK(report.applied[2].version == std::nullopt);
  CHECK(report.set_digest.size() == 64);
  CHECK(bench.history() ==
        "1 1 first table SQL V1__first_table.sql -623083431 t\n2 2 b SQL V2__b.sql 1128195672 t\n"
        "3 - view SQL R__view.sql -883864728 t");
  CHECK(bench.value("SELECT string_agg(DISTINCT installed_by, ',') FROM flyway_schema_history") ==
        bench.server.owner());
  CHECK(bench.value("SELECT environment FROM windlass_environment") == "staging");
  CHECK(bench.value("SELECT concat_ws(' ', phase, environment, outcome, exit_code, coalesce(version_from, "
                    "'-'), version_to, applied, labels, set_digest = '" +
                    report.set_digest + "', message) FROM windlass_runs WHERE run_id = '" + report.run_id +
                    "' AND finished_at >= started_at AND duration_ms >= 0") ==
        "migrate staging done 0 - 2 [\"V1__first_table.sql\", \"V2__b.sql\", \"R__view.sql\"] "
        "{\"commit\": \"abc\"} t applied 3 scripts, public is now at version 2");
}

TEST_CASE("a second migrate does nothing and says so") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}});
  bench.migrate();
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "nothing to do: public is up to date at version 1");
  CHECK(report.applied.empty());
  CHECK(report.version_from == "1");
  CHECK(bench.records() == "migrate done - 1\nmigrate done 1 1");
}

TEST_CASE("an edited repeatable runs again, with a row of its own") {
  PhaseBench bench(Scripts{{"R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;"}});
  bench.migrate();
  bench.script("R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 2 AS one;");
  const Report report = bench.migrate();
  CHECK(applied_scripts(report) == Texts{"R__view.sql"});
  CHECK(report.message == "applied 1 script, public is now at no version");
  CHECK(bench.value("SELECT one FROM v") == "2");
  CHECK(bench.value("SELECT count(*) FROM flyway_schema_history WHERE script = 'R__view.sql'") == "2");
}

TEST_CASE("the target holds later versions back") {
  PhaseBench bench(
      Scripts{{"V1__a.sql", "SELECT 1;"}, {"V2__b.sql", "SELECT 1;"}, {"V3__c.sql", "SELECT 1;"}});
  const auto applied_with = [&](const std::string& target) {
    bench.settings.target = target;
    return applied_scripts(bench.migrate());
  };
  CHECK(applied_with("1") == Texts{"V1__a.sql"});
  CHECK(applied_with("current").empty());
  CHECK(applied_with("next") == Texts{"V2__b.sql"});
  CHECK(applied_with("latest") == Texts{"V3__c.sql"});
}

TEST_CASE("out-of-order applies a version below the highest") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}, {"V3__c.sql", "SELECT 1;"}});
  bench.migrate();
  bench.script("V2__b.sql", "CREATE TABLE b (id int);");
  const Report refused = bench.migrate();
  CHECK(refused.outcome == ExitCode::kInvalidScripts);
  CHECK(refused.message == "the scripts and the history table disagree in 1 place");
  CHECK(refused.details ==
        "Detected resolved migration not applied to database: 2.\n"
        "To ignore this migration, set -ignoreMigrationPatterns='*:ignored'. To allow executing this "
        "migration, set -outOfOrder=true. [RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED]\n");
  bench.settings.out_of_order = true;
  CHECK(applied_scripts(bench.migrate()) == Texts{"V2__b.sql"});
  CHECK(bench.exists("b"));
}

TEST_CASE("schemas that are missing are created and recorded at rank 0") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}});
  bench.settings.schemas = {"app", "odd \"schema"};
  const Report report = bench.migrate();
  CHECK(report.message == "applied 1 script, app is now at version 1");
  CHECK(bench.exists("app.a"));
  CHECK(bench.history("app.flyway_schema_history") ==
        "0 - << Flyway Schema Creation >> SCHEMA \"app\",\"odd \"\"schema\" - t\n"
        "1 1 a SQL V1__a.sql -623083431 t");
  CHECK(bench.value("SELECT count(*) FROM app.windlass_runs WHERE outcome = 'done'") == "1");
}

TEST_CASE("a schema that is missing and may not be created stops the run") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.settings.schemas = {"app"};
  bench.settings.create_schemas = false;
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kConfiguration);
  CHECK(report.message == "missing: schema app");
  CHECK(report.hint == "Create it, or set create-schemas.");
}

TEST_CASE("odd names of schema and history table are taken as they are") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}});
  bench.settings.default_schema = "My \"App\" \xc3\xa4";
  bench.settings.history_table = "it's; the 'History'";
  CHECK(bench.migrate().outcome == ExitCode::kDone);
  CHECK(bench.migrate().message == "nothing to do: My \"App\" \xc3\xa4 is up to date at version 1");
  const std::string schema = "\"My \"\"App\"\" \xc3\xa4\"";
  CHECK(bench.value("SELECT count(*) FROM " + schema + ".\"it's; the 'History'\"") == "2");
  CHECK(bench.exists(schema + ".a"));
  CHECK(bench.value("SELECT count(*) FROM " + schema + ".windlass_runs WHERE outcome = 'done'") == "2");
}

TEST_CASE("objects without a history are refused, or baselined on request") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1/0;"}, {"V2__b.sql", "CREATE TABLE b (id int);"}});
  bench.sql("CREATE TABLE legacy (id int)");
  const Report refused = bench.migrate();
  CHECK(refused.outcome == ExitCode::kRefused);
  CHECK(refused.message == "schema public holds objects but no history table");
  CHECK(refused.hint == "Run baseline with the version that the database is at, or set baseline-on-migrate.");
  CHECK_FALSE(bench.exists("flyway_schema_history"));
  bench.settings.baseline_on_migrate = true;
  const Report report = bench.migrate();
  CHECK(report.message == "applied 1 script, public is now at version 2");
  CHECK(bench.history() ==
        "1 1 << Flyway Baseline >> BASELINE << Flyway Baseline >> - t\n2 2 b SQL V2__b.sql 1128195672 t");
  CHECK(bench.records() == "migrate refused - -\nmigrate done - 2");
}

TEST_CASE("a baseline version that is none stops baseline-on-migrate before it creates anything") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.sql("CREATE TABLE legacy (id int)");
  bench.settings.baseline_on_migrate = true;
  bench.settings.baseline_version = "one";
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kConfiguration);
  CHECK(report.message == "baseline-version is no version: one");
  CHECK(report.hint == "Write digits and dots.");
  CHECK_FALSE(bench.exists("flyway_schema_history"));
}

TEST_CASE("placeholders get the values of the settings and those that Flyway builds in") {
  PhaseBench bench(
      Scripts{{"V1__a.sql",
               "CREATE TABLE seen AS SELECT '${Who}' AS who, '${flyway:defaultSchema}' AS s, "
               "'${flyway:user}' AS u, '${flyway:database}' AS d, '${flyway:table}' AS t, "
               "'${flyway:filename}' AS f, '${flyway:environment}' AS e, '${flyway:timestamp}' AS ts;"},
              {"V2__raw.sql", "CREATE TABLE raw AS SELECT '${nope}' AS x;"},
              {"V2__raw.sql.conf", "placeholderReplacement=false\n"}});
  bench.settings.placeholders = {{"WHO", "it''s me"}};
  bench.settings.environment = "dev";
  const Report report = bench.migrate();
  INFO(report.message << report.details);
  REQUIRE(report.outcome == ExitCode::kDone);
  const std::string name = bench.server.name();
  CHECK(bench.value("SELECT concat_ws('|', who, s, u, d, t, f, e) FROM seen") ==
        "it's me|public|" + name + "|" + name + "|flyway_schema_history|V1__a.sql|dev");
  CHECK(bench.value("SELECT ts ~ '^20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$' FROM seen") ==
        "t");
  CHECK(bench.value("SELECT x FROM raw") == "${nope}");
}

TEST_CASE("undo scripts are stored with their versions, their placeholders replaced") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE ${t} (id int);"},
                           {"U1__a.sql", "DROP TABLE ${t};"},
                           {"V2__b.sql", "SELECT 1;"},
                           {"U2__b.sql", "SELECT '${kept}';"},
                           {"U2__b.sql.conf", "placeholderReplacement=false\n"},
                           {"U9__not_applied.sql", "SELECT 1;"}});
  bench.settings.placeholders = {{"t", "a"}};
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  CHECK(bench.value("SELECT string_agg(concat_ws(' ', version, description, script, content), '|' ORDER BY "
                    "version) FROM windlass_undo") ==
        "1 a U1__a.sql DROP TABLE a;|2 b U2__b.sql SELECT '${kept}';");
}

TEST_CASE("installed-by stands in every row that a run writes") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.settings.schemas = {"app"};
  bench.settings.installed_by = "o'brien";
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  CHECK(bench.value("SELECT string_agg(installed_by, ',') FROM app.flyway_schema_history") ==
        "o'brien,o'brien");
}

TEST_CASE("a dry run shows what is pending and leaves no trace") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}, {"R__r.sql", "SELECT 1;"}});
  bench.settings.dry_run = true;
  bench.settings.schemas = {"app"};
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "dry run: 2 scripts pending, nothing was changed");
  CHECK(report.details == "would run V1__a.sql\nwould run R__r.sql\n");
  CHECK(report.pending == 2);
  CHECK(bench.value("SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE "
                    "nspname !~ '^(pg_|information_schema)'") == "0");
  CHECK(bench.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'app'") == "0");
}

TEST_CASE("a dry run finds the faults that a run would stop at") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT '${nope}';"}});
  bench.settings.dry_run = true;
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kInvalidScripts);
  CHECK(report.message == "the scripts to run have 1 fault");
}

TEST_CASE("BEGIN and COMMIT around a script count as the transaction that it gets anyway") {
  PhaseBench bench(Scripts{{"V1__a.sql", "BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\n"}});
  CHECK(bench.migrate().message == "applied 1 script, public is now at version 1");
  CHECK(bench.exists("a"));
  CHECK(bench.value("SELECT (SELECT xmin FROM pg_class WHERE relname = 'a')::text = (SELECT xmin FROM "
                    "flyway_schema_history)::text") == "t");
}

TEST_CASE("transaction control in the middle of a script is refused before anything runs") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"},
                           {"V2__b.sql", "CREATE TABLE b (id int);\nCOMMIT;\nCREATE TABLE c (id int);\n"}});
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kInvalidScripts);
  CHECK(report.message == "the scripts to run have 1 fault");
  CHECK(report.hint == "Correct them; nothing was run.");
  CHECK_THAT(report.details, Catch::StartsWith("<DIR>/sql/V2__b.sql:2:1: error: "));
  CHECK_FALSE(bench.exists("a"));
  CHECK_FALSE(bench.exists("flyway_schema_history"));
}

TEST_CASE("a CONCURRENTLY script runs step by step and leaves no intent behind") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"},
                           {"V2__index.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);"}});
  CHECK(bench.migrate().message == "applied 2 scripts, public is now at version 2");
  CHECK(bench.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass") == "t");
  CHECK(bench.value("SELECT count(*) FROM windlass_intents") == "0");
}

TEST_CASE("the history table's schema is first in search_path unless the role has it there") {
  PhaseBench bench(
      Scripts{{"V1__a.sql", "CREATE TABLE seen AS SELECT current_setting('search_path') AS path;"}});
  SECTION("the role's own") {
    REQUIRE(bench.migrate().outcome == ExitCode::kDone);
    CHECK(bench.value("SELECT path FROM seen") == "\"$user\", public");
  }
  SECTION("another schema") {
    bench.settings.default_schema = "app";
    REQUIRE(bench.migrate().outcome == ExitCode::kDone);
    CHECK(bench.value("SELECT path FROM app.seen") == "\"app\", \"$user\", public");
  }
}

}  // namespace windlass::hook
