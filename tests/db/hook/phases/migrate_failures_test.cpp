// How migrate ends when it cannot do its work: each exit code with its message.
#include <chrono>
#include <thread>

#include "hook/database/advisory_lock.hpp"
#include "hook/phases/migration_run.hpp"
#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {

TEST_CASE("a failing script ends the run; those before it stay, the next run goes on with it") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"},
                           {"V2__bad.sql", "CREATE TABLE b (id int);\nINSERT INTO b\n  VALUES (nope);\n"},
                           {"V3__c.sql", "CREATE TABLE c (id int);"}});
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kScriptFailed);
  CHECK(report.message ==
        "<DIR>/sql/V2__bad.sql:3:11 failed: column \"nope\" does not exist (SQLSTATE 42703)");
  CHECK(report.hint == "Correct the script and run again; it goes on with this script.");
  CHECK(report.details ==
        "<DIR>/sql/V2__bad.sql:3:11: error: column \"nope\" does not exist (SQLSTATE 42703)\n"
        "    VALUES (nope);\n"
        "            ^\n"
        "  statement 2 of 2:\n"
        "      2 | INSERT INTO b\n"
        "      3 |   VALUES (nope);\n"
        "  state: everything the script did was rolled back; scripts before it stay applied\n");
  CHECK(report.failed_script == "V2__bad.sql");
  CHECK(applied_scripts(report) == Texts{"V1__a.sql"});
  CHECK(report.version_to == "1");
  CHECK(report.pending == 2);
  CHECK_FALSE(bench.exists("b"));
  CHECK(bench.history() == "1 1 a SQL V1__a.sql -623083431 t");
  CHECK(bench.value("SELECT concat_ws(' ', outcome, exit_code, version_to, applied, failed_script) FROM "
                    "windlass_runs") == "script_failed 76 1 [\"V1__a.sql\"] V2__bad.sql");
  bench.script("V2__bad.sql", "CREATE TABLE b (id int);");
  CHECK(applied_scripts(bench.migrate()) == Texts{"V2__bad.sql", "V3__c.sql"});
}

TEST_CASE("an edited script is refused with Flyway's words, unless validate-on-migrate is off") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}});
  bench.migrate();
  bench.script("V1__a.sql", "CREATE TABLE a (id bigint);");
  bench.script("V2__b.sql", "CREATE TABLE b (id int);");
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kInvalidScripts);
  CHECK(report.message == "the scripts and the history table disagree in 1 place");
  CHECK(report.hint == "Put the scripts back as they were applied, or run repair if the change is meant.");
  CHECK(report.details ==
        "Migration checksum mismatch for migration version 1\n"
        "-> Applied to database : -623083431\n"
        "-> Resolved locally    : 936413492\n"
        "Either revert the changes to the migration, or run repair to update the schema history. "
        "[CHECKSUM_MISMATCH]\n");
  CHECK_FALSE(bench.exists("b"));
  CHECK(bench.records() == "migrate done - 1\nmigrate invalid_scripts 1 1");
  bench.settings.validate_on_migrate = false;
  CHECK(applied_scripts(bench.migrate()) == Texts{"V2__b.sql"});
}

TEST_CASE("a failed row is not passed over") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}, {"V2__b.sql", "SELECT 1;"}});
  bench.migrate();
  bench.sql("UPDATE flyway_schema_history SET success = false WHERE version = '2'");
  CHECK(bench.migrate().outcome == ExitCode::kInvalidScripts);
  bench.settings.validate_on_migrate = false;
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kPartlyApplied);
  CHECK(report.message == "the history table holds a failed migration");
  CHECK(report.hint == "Put the database right, then run repair, then migrate.");
}

TEST_CASE("locations without scripts, and locations that are not there, are told apart") {
  PhaseBench bench;
  const Report empty = bench.migrate();
  CHECK(empty.outcome == ExitCode::kNoScripts);
  CHECK(empty.message == "no migration scripts in <DIR>/sql");
  CHECK(empty.hint == "Check the locations and that the scripts are mounted there.");
  bench.settings.locations = {bench.at("nowhere").string()};
  const Report missing = bench.migrate();
  CHECK(missing.outcome == ExitCode::kInvalidScripts);
  CHECK(missing.message == "the scripts have 1 fault");
  CHECK_THAT(missing.details, Catch::Contains("<DIR>/nowhere"));
  bench.settings.fail_on_missing_locations = false;
  CHECK(bench.migrate().outcome == ExitCode::kNoScripts);
}

TEST_CASE("another script set than the job was made for is refused") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}});
  bench.settings.expect_digest = std::string(64, '0');
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kInvalidScripts);
  CHECK_THAT(report.message, Catch::Matches("the mounted scripts have digest [0-9a-f]{64}, this job was made "
                                            "for 0{64}"));
  CHECK(
      report.hint ==
      "Render the manifests again and apply all of them together; a stale or partial ConfigMap is mounted.");
  CHECK_FALSE(bench.exists("flyway_schema_history"));
}

TEST_CASE("a target that does not exist is a configuration fault") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.settings.target = "7";
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kConfiguration);
  CHECK(report.message ==
        "No migration with a target version 7 could be found. Ensure target is specified correctly and the "
        "migration exists.");
  CHECK(report.hint == "Correct the target or the ignore patterns.");
}

TEST_CASE("a database of another environment is refused, before anything is created in it") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.settings.environment = "dev";
  bench.migrate();
  bench.script("V2__b.sql", "CREATE TABLE b (id int);");
  bench.settings.environment = "prod";
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kRefused);
  CHECK(report.message == "this database belongs to environment dev, the run is for prod");
  CHECK(report.hint ==
        "Check the connection. To move the database to another environment, change the row of "
        "\"public\".\"windlass_environment\".");
  CHECK_FALSE(bench.exists("b"));
  bench.settings.environment.clear();
  CHECK(bench.migrate().outcome == ExitCode::kDone);
}

TEST_CASE("a run that was refused leaves its record") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.settings.environment = "dev";
  bench.migrate();
  bench.settings.environment = "prod";
  bench.migrate();
  CHECK(
      bench.value("SELECT concat_ws(' ', outcome, exit_code, environment, message) FROM windlass_runs ORDER "
                  "BY started_at DESC LIMIT 1") ==
      "refused 80 prod this database belongs to environment dev, the run is for prod");
}

TEST_CASE("a role that may not create anything ends with 77") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}});
  bench.sql("ALTER SCHEMA public OWNER TO CURRENT_USER; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kNotPermitted);
  CHECK(
      report.message ==
      "creating the history table \"public\".\"flyway_schema_history\": permission denied for schema public "
      "(SQLSTATE 42501)");
  CHECK(report.hint == "Grant the role what is missing, or run as the owner.");
}

TEST_CASE("a role that may not create finds what Flyway applied up to date, and cannot apply more") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}});
  bench.migrate();
  bench.sql(
      "DROP TABLE windlass_runs, windlass_intents, windlass_undo, windlass_environment; "
      "ALTER SCHEMA public OWNER TO CURRENT_USER; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "nothing to do: public is up to date at version 1");
  CHECK(bench.guard().outcome == ExitCode::kUsage);
  CHECK(bench.verify().outcome == ExitCode::kDone);
  bench.script("V2__b.sql", "SELECT 1;");
  const Report pending = bench.migrate();
  CHECK(pending.outcome == ExitCode::kNotPermitted);
  CHECK(pending.message ==
        "creating Windlass's tables: permission denied for schema public (SQLSTATE 42501)");
  CHECK(bench.value("SELECT count(*) FROM flyway_schema_history") == "1");
}

TEST_CASE("a wrong password ends with 77 at once and is not said") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.settings.database_password = Secret("not-the-password");
  const auto began = bench.clock.now();
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kNotPermitted);
  CHECK(report.message == "the database refused the role: password authentication failed for user \"" +
                              bench.server.owner() + "\"");
  CHECK(report.hint == "Check the role, its password and pg_hba.conf.");
  CHECK(elapsed(bench.clock, began) < Milliseconds(3'000));
}

TEST_CASE("a server that does not answer ends with 69 after the connect timeout") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.settings.connect_timeout = Milliseconds(700);
  bench.settings.database_port = 1;
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kUnreachable);
  CHECK_THAT(report.message, Catch::StartsWith("the database could not be reached within 700ms: "));
  CHECK(report.hint == "Check host and port, and that the server runs and listens there.");
}

TEST_CASE("a database that does not exist is a configuration fault") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.settings.database_name = "nowhere";
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kConfiguration);
  CHECK(report.message == "database \"nowhere\" does not exist");
}

TEST_CASE("a read-only database ends with 75, whether or not anything is there yet") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}});
  const auto read_only = [&](const std::string& on_off) {
    bench.sql("ALTER DATABASE " + bench.server.name() + " SET default_transaction_read_only = " + on_off);
  };
  read_only("on");
  const Report fresh = bench.migrate();
  CHECK(fresh.outcome == ExitCode::kTransient);
  CHECK_THAT(fresh.message, Catch::EndsWith("the session is read-only: default_transaction_read_only is on"));
  CHECK_THAT(fresh.hint, Catch::Contains("RESET default_transaction_read_only"));
  read_only("off");
  bench.migrate();
  bench.script("V2__b.sql", "CREATE TABLE b (id int);");
  read_only("on");
  const Report later = bench.migrate();
  CHECK(later.outcome == ExitCode::kTransient);
  CHECK_THAT(later.message, Catch::EndsWith("the session is read-only: default_transaction_read_only is on"));
}

TEST_CASE("a lock that another session holds ends the run with 73 and its holder's name") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}});
  Session other = bench.another_session("flyway by hand");
  other.query("locking", "SELECT pg_advisory_lock($1)",
              {std::to_string(advisory_lock_key({"public", "flyway_schema_history"}))});
  bench.settings.lock_wait = Milliseconds(300);
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kLocked);
  CHECK_THAT(report.message, Catch::StartsWith(fmt::format(
                                 "another runner holds the lock, waited 300ms: process {} (flyway by "
                                 "hand, role {}, from 127.0.0.1, connected since ",
                                 other.backend(), bench.server.owner())));
  CHECK(report.hint == "Let it finish, or end it, then run again.");
  CHECK_FALSE(bench.exists("a"));
}

TEST_CASE("the lock is free again after a run, also after one that failed") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1/0;"}});
  CHECK(bench.migrate().outcome == ExitCode::kScriptFailed);
  CHECK(bench.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0");
}

TEST_CASE("a stop request cancels the script that runs and says where to go on") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"},
                           {"V2__slow.sql", "CREATE TABLE b (id int); SELECT pg_sleep(30);"}});
  std::thread stopper([&] {
    std::this_thread::sleep_for(Milliseconds(1'000));
    bench.stop.request();
  });
  const Report report = bench.migrate();
  stopper.join();
  CHECK(report.outcome == ExitCode::kTerminated);
  CHECK(report.message == "stopped during V2__slow.sql: it was cancelled and rolled back");
  CHECK(report.failed_script == "V2__slow.sql");
  CHECK(applied_scripts(report) == Texts{"V1__a.sql"});
  CHECK(bench.value("SELECT concat_ws(' ', outcome, exit_code, applied) FROM windlass_runs") ==
        "terminated 143 [\"V1__a.sql\"]");
  CHECK_FALSE(bench.exists("b"));
}

TEST_CASE("a stop request before the run connects ends it there") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.settings.database_port = 1;
  bench.stop.request();
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kTerminated);
  CHECK(report.message == "stopped while connecting to the database");
}

TEST_CASE("the deadline ends the run with 75 and what is applied stays") {
  PhaseBench bench(
      Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}, {"V2__slow.sql", "SELECT pg_sleep(30);"}});
  bench.settings.deadline = Milliseconds(1'500);
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kTransient);
  CHECK(report.message ==
        "the deadline of 1500ms passed during V2__slow.sql: it was cancelled and rolled back");
  CHECK(applied_scripts(report) == Texts{"V1__a.sql"});
}

TEST_CASE("a stop request or the deadline between two scripts ends the run before the next one") {
  PhaseBench bench;
  const auto before_next = [](PhaseContext& context) {
    with_database(context, Recording::kNone, [&](DatabaseRun& run) {
      while (!context.deadline.passed() && context.deadline.limit() < Milliseconds(10'000))
        context.clock.sleep(Milliseconds(50), context.stop);
      check_may_go_on(run, "V2__b.sql");
    });
  };
  CHECK(bench.run(Phase::kMigrate, before_next).outcome == ExitCode::kDone);
  const Milliseconds usual = std::exchange(bench.settings.deadline, Milliseconds(3'000));
  const Report late = bench.run(Phase::kMigrate, before_next);
  CHECK(late.outcome == ExitCode::kTransient);
  CHECK(late.message == "the deadline of 3s passed before V2__b.sql");
  CHECK(late.hint == "Run again; it goes on there. Or give the run a longer deadline.");
  bench.settings.deadline = usual;
  const Report stopped = bench.run(Phase::kMigrate, [](PhaseContext& context) {
    with_database(context, Recording::kNone, [](DatabaseRun& run) {
      run.context.stop.request();
      check_may_go_on(run, "V2__b.sql");
    });
  });
  CHECK(stopped.outcome == ExitCode::kTerminated);
  CHECK(stopped.message == "stopped before V2__b.sql");
  CHECK(stopped.hint == "Run again; it goes on there.");
}

TEST_CASE("a run that was killed is found by the next one, which says that it was lost") {
  PhaseBench bench(Scripts{{"V1__a.sql", "SELECT 1;"}});
  bench.migrate();
  bench.sql("UPDATE windlass_runs SET outcome = 'running', finished_at = NULL");
  bench.migrate();
  CHECK(bench.value("SELECT string_agg(outcome || ': ' || message, '|' ORDER BY started_at) FROM "
                    "windlass_runs") ==
        "lost: the run ended without a word: it was killed, or lost its node|"
        "done: nothing to do: public is up to date at version 1");
}

TEST_CASE("two runners at once: one applies, the other waits and finds nothing to do") {
  PhaseBench bench(
      {{"V1__a.sql", "CREATE TABLE a (id int); SELECT pg_sleep(1);"}, {"V2__b.sql", "SELECT 1;"}});
  Report first;
  std::thread runner([&] { first = bench.migrate(); });
  const Report second = bench.migrate();
  runner.join();
  INFO(first.message << "\n" << second.message);
  CHECK(first.outcome == ExitCode::kDone);
  CHECK(second.outcome == ExitCode::kDone);
  CHECK(first.applied.size() + second.applied.size() == 2);
  CHECK((first.applied.empty() || second.applied.empty()));
  CHECK(bench.value("SELECT string_agg(script, ',' ORDER BY installed_rank) FROM flyway_schema_history") ==
        "V1__a.sql,V2__b.sql");
  CHECK(bench.value("SELECT string_agg(message, '|' ORDER BY message) FROM windlass_runs") ==
        "applied 2 scripts, public is now at version 2|nothing to do: public is up to date at version 2");
}

TEST_CASE("what another runner applied while this one waited is not applied again") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"}});
  Session other = bench.another_session();
  const auto key = std::to_string(advisory_lock_key({"public", "flyway_schema_history"}));
  other.query("locking", "SELECT pg_advisory_lock($1)", {key});
  std::thread unlocker([&] {
    std::this_thread::sleep_for(Milliseconds(500));
    other.query("unlocking", "SELECT pg_advisory_unlock($1)", {key});
  });
  CHECK(bench.migrate().message == "applied 1 script, public is now at version 1");
  unlocker.join();
}

}  // namespace windlass::hook
