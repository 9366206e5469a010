#include "hook/phases/rollback.hpp"

#include <thread>

#include "hook/database/advisory_lock.hpp"
#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {
namespace {

const Scripts kThree{{"V1__a.sql", "CREATE TABLE a (id int);"},
                     {"U1__a.sql", "DROP TABLE a;"},
                     {"V2__b.sql", "CREATE TABLE b (id int); INSERT INTO b SELECT generate_series(1, 40);"},
                     {"U2__b.sql", "DROP TABLE b;"},
                     {"V3__column.sql", "ALTER TABLE a ADD COLUMN note text;"},
                     {"U3__column.sql", "ALTER TABLE a DROP COLUMN note;"},
                     {"R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT id FROM a;"}};

// Migrated to the end, ready to go back to `target` with the confirmation that asks for.
void prepare(PhaseBench& bench, const std::string& target) {
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.settings.target = target;
  bench.settings.confirm = bench.server.name() + "-3-to-" + target;
}

}  // namespace

TEST_CASE("rollback undoes newest first, marks each version, and migrate applies them again") {
  PhaseBench bench(kThree);
  prepare(bench, "1");
  const Report report = bench.rollback();
  INFO(report.message << report.details);
  REQUIRE(report.outcome == ExitCode::kDone);
  CHECK(report.message == "undid 2 versions, public is now at 1");
  CHECK(report.version_from == "3");
  CHECK(report.version_to == "1");
  CHECK(applied_scripts(report) == Texts{"U3__column.sql", "U2__b.sql"});
  CHECK_FALSE(bench.exists("b"));
  CHECK(bench.value("SELECT string_agg(concat_ws(' ', installed_rank, coalesce(version, '-'), type, script), "
                    "E'\\n' ORDER BY installed_rank) FROM flyway_schema_history WHERE installed_rank > 4") ==
        "5 - DELETE R__view.sql\n6 3 DELETE V3__column.sql\n7 2 DELETE V2__b.sql");
  CHECK(bench.value("SELECT concat_ws(' ', phase, outcome, version_from, version_to, applied) FROM "
                    "windlass_runs ORDER BY started_at DESC LIMIT 1") ==
        "rollback done 3 1 [\"U3__column.sql\", \"U2__b.sql\"]");
  bench.settings.target = "latest";
  const Report again = bench.migrate();
  CHECK(applied_scripts(again) == Texts{"V2__b.sql", "V3__column.sql", "R__view.sql"});
  CHECK(bench.validate().outcome == ExitCode::kDone);
  CHECK(bench.value("SELECT count(*) FROM b") == "40");
}

TEST_CASE("rollback asks for its confirmation and says what will be lost") {
  PhaseBench bench(kThree);
  prepare(bench, "0");
  bench.sql("ANALYZE b");
  bench.settings.confirm.clear();
  const Report report = bench.rollback();
  CHECK(report.outcome == ExitCode::kRefused);
  CHECK(report.message == "rollback asks for a confirmation");
  CHECK(report.hint == "If what is listed above may be lost, run it again with --confirm " +
                           bench.server.name() + "-3-to-0.");
  CHECK(report.details ==
        "undo version 3 (column) with U3__column.sql\n  loses column note of a\n"
        "undo version 2 (b) with U2__b.sql\n  loses table b (about 40 rows)\n"
        "undo version 1 (a) with U1__a.sql\n  loses table a\n");
  bench.settings.confirm = "other-3-to-0";
  const Report wrong = bench.rollback();
  CHECK(wrong.outcome == ExitCode::kRefused);
  CHECK(wrong.message == "the confirmation does not fit: other-3-to-0");
  CHECK(wrong.hint == report.hint);
  CHECK(bench.exists("b"));
}

TEST_CASE("versions without a stored undo script are all named, and nothing is undone") {
  PhaseBench bench(kThree);
  bench.remove("sql/U1__a.sql");
  bench.remove("sql/U2__b.sql");
  prepare(bench, "0");
  const Report report = bench.rollback();
  CHECK(report.outcome == ExitCode::kRefused);
  CHECK(report.message == "version 2, 1 has no undo script, neither stored nor in the locations");
  CHECK(report.hint == "Restore the backup, or write a new script that moves forward.");
  CHECK(bench.value("SELECT count(*) FROM flyway_schema_history") == "4");
}

TEST_CASE("an undo script that is not stored is taken from the locations, as its .conf says") {
  PhaseBench bench(kThree);
  bench.remove("sql/U3__column.sql");
  prepare(bench, "2");
  bench.script("U3__column.sql", "ALTER TABLE a DROP COLUMN note; SELECT '${nope}';");
  const Report faulty = bench.rollback();
  CHECK(faulty.outcome == ExitCode::kInvalidScripts);
  CHECK(faulty.message == "an undo script cannot run");
  CHECK(faulty.hint == "Correct it; nothing was undone.");
  bench.script("U3__column.sql.conf", "placeholderReplacement=false\n");
  CHECK(bench.rollback().message == "undid 1 version, public is now at 2");
}

TEST_CASE("a script that is partly applied stops a rollback, which would take its ground away") {
  PhaseBench bench(kThree);
  bench.script("V4__index.sql", "CREATE INDEX CONCURRENTLY b_id ON b (id);\nVACUUM nowhere;\n");
  REQUIRE(bench.migrate().outcome == ExitCode::kPartlyApplied);
  bench.settings.target = "1";
  bench.settings.confirm = bench.server.name() + "-3-to-1";
  const Report report = bench.rollback();
  CHECK(report.outcome == ExitCode::kPartlyApplied);
  CHECK(report.message == "V4__index.sql is partly applied, a rollback cannot undo it");
  CHECK(report.hint ==
        "Run migrate to finish it, then roll it back with the rest. Or take back by hand what it did and "
        "delete "
        "its rows of \"public\".\"windlass_intents\".");
  CHECK(bench.exists("b"));
  bench.sql("DELETE FROM windlass_intents");
  CHECK(bench.rollback().message == "undid 2 versions, public is now at 1");
}

TEST_CASE("rollback needs a version to go to") {
  PhaseBench bench(kThree);
  for (const char* word : {"latest", "next", "x"}) {
    bench.settings.target = word;
    const Report report = bench.rollback();
    CHECK(report.outcome == ExitCode::kUsage);
    CHECK(report.message == std::string("rollback needs a target version, not ") + word);
    CHECK(report.hint == "Name the version to go back to, or 0 for before the first.");
  }
}

TEST_CASE("rollback works from an image that has no scripts at all") {
  PhaseBench bench(kThree);
  prepare(bench, "2");
  bench.settings.locations = {bench.at("an-older-image").string()};
  const Report report = bench.rollback();
  CHECK(report.message == "undid 1 version, public is now at 2");
  CHECK(bench.value("SELECT count(*) FROM pg_attribute WHERE attrelid = 'a'::regclass AND attnum > 0 AND NOT "
                    "attisdropped") == "1");
}

TEST_CASE("a dry run of a rollback asks for no confirmation, shows the losses and changes nothing") {
  PhaseBench bench(kThree);
  prepare(bench, "1");
  bench.settings.confirm.clear();
  bench.settings.dry_run = true;
  const Report report = bench.rollback();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "dry run: 2 versions to undo, nothing was changed");
  CHECK_THAT(report.details, Catch::Contains("loses table b"));
  CHECK(bench.exists("b"));
  CHECK(bench.value("SELECT count(*) FROM windlass_runs WHERE phase = 'rollback'") == "0");
}

TEST_CASE("an undo script that fails leaves those before it undone, and the next run goes on") {
  PhaseBench bench(kThree);
  bench.script("U2__b.sql", "DROP TABLE b;\nDROP TABLE nowhere;\n");
  prepare(bench, "0");
  const Report report = bench.rollback();
  CHECK(report.outcome == ExitCode::kScriptFailed);
  CHECK(report.message == "U2__b.sql:2:1 failed: table \"nowhere\" does not exist (SQLSTATE 42P01)");
  CHECK(report.failed_script == "U2__b.sql");
  CHECK(applied_scripts(report) == Texts{"U3__column.sql"});
  CHECK(report.version_from == "3");
  CHECK(report.version_to == "2");
  CHECK(report.hint ==
        "Put right what it stumbles over, or correct its text in \"public\".\"windlass_undo\", then run "
        "rollback "
        "again; it goes on with this script.");
  CHECK(bench.exists("b"));
  bench.sql("DROP VIEW v; CREATE TABLE nowhere (id int); ALTER TABLE nowhere OWNER TO " +
            bench.server.owner());
  bench.settings.confirm = bench.server.name() + "-2-to-0";
  CHECK(bench.rollback().message == "undid 2 versions, public is now at no version");
}

TEST_CASE("there may be nothing to undo") {
  PhaseBench bench(kThree);
  bench.settings.target = "1";
  CHECK(bench.rollback().message == "nothing to undo: the database is at no version");
  bench.settings.target = "latest";
  prepare(bench, "3");
  const Report report = bench.rollback();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "nothing to undo: the database is at 3");
}

TEST_CASE("a rollback is refused on the database of another environment") {
  PhaseBench bench(kThree);
  bench.settings.environment = "dev";
  prepare(bench, "1");
  bench.settings.environment = "prod";
  const Report report = bench.rollback();
  CHECK(report.outcome == ExitCode::kRefused);
  CHECK(report.message == "this database belongs to environment dev, the run is for prod");
}

TEST_CASE("a stop request in the safety delay prevents the rollback") {
  PhaseBench bench(kThree);
  prepare(bench, "1");
  bench.settings.safety_delay = Milliseconds(20'000);
  std::thread stopper([&] {
    std::this_thread::sleep_for(Milliseconds(700));
    bench.stop.request();
  });
  const Report report = bench.rollback();
  stopper.join();
  CHECK(report.outcome == ExitCode::kTerminated);
  CHECK(report.message == "stopped before anything was undone");
  CHECK(bench.exists("b"));
}

TEST_CASE("what another runner did while a rollback waited for the lock stops it") {
  PhaseBench bench(kThree);
  prepare(bench, "1");
  Session other = bench.another_session();
  const auto key = std::to_string(advisory_lock_key({"public", "flyway_schema_history"}));
  other.query("locking", "SELECT pg_advisory_lock($1)", {key});
  std::thread runner([&] {
    std::this_thread::sleep_for(Milliseconds(500));
    other.execute(
        "applying another version",
        "INSERT INTO flyway_schema_history VALUES (5, '4', 'd', 'SQL', 'V4__d.sql', 1, 'x', now(), 1, "
        "true); INSERT INTO windlass_undo VALUES ('flyway_schema_history', '4', 'd', 'U4__d.sql', 1, "
        "'SELECT 1')");
    other.query("unlocking", "SELECT pg_advisory_unlock($1)", {key});
  });
  const Report report = bench.rollback();
  runner.join();
  CHECK(report.outcome == ExitCode::kRefused);
  CHECK(report.message == "another runner changed the database while this one waited");
  CHECK(report.hint == "Look at info, then run rollback again.");
  CHECK(bench.exists("b"));
}

TEST_CASE("an undo script that cannot run in a transaction runs step by step") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"},
                           {"V2__index.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);"},
                           {"U2__index.sql", "DROP INDEX CONCURRENTLY a_id;"}});
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.settings.target = "1";
  bench.settings.confirm = bench.server.name() + "-2-to-1";
  const Report report = bench.rollback();
  INFO(report.message << report.details);
  CHECK(report.message == "undid 1 version, public is now at 1");
  CHECK_FALSE(bench.exists("a_id"));
  CHECK(bench.value("SELECT count(*) FROM windlass_intents") == "0");
}

}  // namespace windlass::hook
