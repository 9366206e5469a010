// inspect, resume, mark-applied, mark-undone and what repair makes of changed scripts: what an operator does
// at three in the morning.
#include <catch2/catch.hpp>

#include "core/base/digest.hpp"
#include "hook/database/advisory_lock.hpp"
#include "hook/database/intents.hpp"
#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {
namespace {

const Scripts kTwo{{"V1__a.sql", "CREATE TABLE a (id int);"}, {"V2__b.sql", "CREATE TABLE b (id int);"}};
constexpr auto kBuild = "CREATE INDEX CONCURRENTLY a_id ON a (id)";
constexpr auto kEarlierRun = "00000000-0000-4000-8000-00000000000e";

const Inspection& inspected(const Report& report) {
  REQUIRE(report.inspection);
  return *report.inspection;
}

std::string state_of(const Report& report) {
  return std::string(condition_name(inspected(report).condition));
}

// Migrated to 2; a run was killed while it built the index of V3.
void leave_build_in_flight(PhaseBench& bench, const std::string& sql = kBuild,
                           const std::string& found = "absent") {
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.script("V3__index.sql", sql + ";\n");
  Session session = bench.another_session();
  write_intent(session, {"public", "flyway_schema_history", "V3__index.sql"}, 0, sha256_hex(sql), kEarlierRun,
               found);
}

// The index is there and not valid, as a build that was cut off leaves it.
void leave_invalid_index(PhaseBench& bench) {
  bench.sql(
      "CREATE INDEX a_id ON a (id); UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
      "'a_id'::regclass");
}

}  // namespace

TEST_CASE("inspect works on a database that nobody has touched, and changes nothing") {
  PhaseBench bench(kTwo);
  const Report report = bench.inspect();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(state_of(report) == "never-migrated");
  CHECK(inspected(report).pending == Texts{"V1__a.sql", "V2__b.sql"});
  CHECK(inspected(report).next == Texts{"windlass-hook migrate"});
  CHECK(bench.value("SELECT count(*) FROM pg_class WHERE relname ~ 'windlass|flyway'") == "0");
  bench.sql("CREATE TABLE legacy (id int)");
  CHECK(state_of(bench.inspect()) == "no-history");
}

TEST_CASE("inspect says what is applied, pending, stored and recorded") {
  PhaseBench bench(kTwo);
  bench.script("U2__b.sql", "DROP TABLE b;");
  bench.settings.environment = "dev";
  bench.migrate();
  const Report done = bench.inspect();
  CHECK(state_of(done) == "up-to-date");
  CHECK(inspected(done).version == "2");
  CHECK(inspected(done).environment == "dev");
  REQUIRE(inspected(done).undo.size() == 1);
  CHECK(inspected(done).undo.front().script == "U2__b.sql");
  REQUIRE(inspected(done).runs.size() == 1);
  CHECK(inspected(done).runs.front().phase == "migrate");
  CHECK(inspected(done).runs.front().outcome == "done");
  bench.script("V3__c.sql", "SELECT 1;");
  CHECK(state_of(bench.inspect()) == "pending");
  bench.script("V1__a.sql", "changed");
  const Report changed = bench.inspect();
  CHECK(state_of(changed) == "disagreement");
  CHECK(inspected(changed).disagreements.size() == 1);
  CHECK(bench.value("SELECT count(*) FROM windlass_runs") == "1");
}

TEST_CASE("inspect names who holds the lock and what it is at, while it does") {
  PhaseBench bench(kTwo);
  bench.migrate();
  Session other = bench.another_session();
  other.execute("locking", "SELECT pg_advisory_lock(" +
                               std::to_string(advisory_lock_key({"public", "flyway_schema_history"})) + ")");
  bench.sql("UPDATE windlass_runs SET outcome = 'running', backend_pid = " + std::to_string(other.backend()) +
            ", backend_start = NULL, runner = 'app-7x'");
  const Report report = bench.inspect();
  CHECK(state_of(report) == "running");
  REQUIRE(inspected(report).live);
  CHECK(inspected(report).live->backend == other.backend());
  CHECK(inspected(report).live->application == "another session");
  CHECK(inspected(report).live->runner == "app-7x");
  CHECK(inspected(report).live->phase == "migrate");
}

TEST_CASE("inspect goes on where something cannot be read, and says what") {
  PhaseBench bench(kTwo);
  bench.migrate();
  bench.script("V3__c.sql", "SELECT 'open");
  bench.script("V03__c.sql", "SELECT 1;");
  const Report scripts = bench.inspect();
  CHECK(scripts.outcome == ExitCode::kDone);
  CHECK(state_of(scripts) == "unreadable");
  CHECK_THAT(inspected(scripts).unread.front(), Catch::StartsWith("the scripts: "));
  bench.remove("sql/V03__c.sql");
  bench.sql("REVOKE ALL ON windlass_runs FROM " + bench.server.owner());
  const Report records = bench.inspect();
  CHECK_THAT(inspected(records).unread.front(), Catch::StartsWith("the run records: "));
}

TEST_CASE("inspect names the statement in flight, its place and what the server says of it; resume goes on") {
  PhaseBench bench(kTwo);
  leave_build_in_flight(bench);
  leave_invalid_index(bench);
  const Report report = bench.inspect();
  CHECK(state_of(report) == "interrupted");
  REQUIRE(inspected(report).in_flight.size() == 1);
  const auto& one = inspected(report).in_flight.front();
  CHECK(bench.masked(one.place) == "<DIR>/sql/V3__index.sql:1:1");
  CHECK(one.statement == 1);
  CHECK(one.command == "CREATE INDEX CONCURRENTLY");
  CHECK(one.words == kBuild);
  CHECK(one.found == "absent");
  CHECK_THAT(one.now, Catch::StartsWith("unfinished "));
  CHECK(one.settlement == "run-again");
  REQUIRE(inspected(report).objects.size() == 1);
  CHECK(inspected(report).objects.front().name == "public.a_id");
  CHECK(inspected(report).next == Texts{"windlass-hook resume"});
  bench.script("V4__later.sql", "SELECT 1;");
  const Report resumed = bench.resume();
  CHECK(resumed.outcome == ExitCode::kDone);
  CHECK(applied_scripts(resumed) == Texts{"V3__index.sql"});
  CHECK(resumed.message == "applied 1 script, public is now at version 3");
  CHECK(bench.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_id'::regclass") == "t");
  CHECK(bench.value("SELECT count(*) FROM windlass_intents") == "0");
  CHECK(state_of(bench.inspect()) == "pending");
}

TEST_CASE("resume goes on with a script that the target leaves out now") {
  PhaseBench bench(kTwo);
  leave_build_in_flight(bench);
  bench.settings.target = "2";
  CHECK(bench.migrate().outcome == ExitCode::kPartlyApplied);
  CHECK(applied_scripts(bench.resume()) == Texts{"V3__index.sql"});
}

TEST_CASE("resume has nothing to do where nothing is partly applied") {
  PhaseBench bench(kTwo);
  const Report never = bench.resume();
  CHECK(never.outcome == ExitCode::kRefused);
  CHECK(never.message == "nothing to resume: no script is partly applied");
  bench.migrate();
  CHECK(bench.resume().outcome == ExitCode::kRefused);
  bench.sql("UPDATE flyway_schema_history SET success = false WHERE version = '2'");
  const Report failed = bench.resume();
  CHECK(failed.outcome == ExitCode::kPartlyApplied);
  CHECK(failed.message == "the history table holds a failed migration, which no run can go on with");
}

TEST_CASE("resume leaves to a person what only a person can know, and inspect says what to run") {
  PhaseBench bench(kTwo);
  leave_build_in_flight(bench, "CALL grow()", std::string(kSelfCommitting));
  bench.script("V3__index.sql.conf", "executeInTransaction=false\n");
  const Report report = bench.inspect();
  CHECK(state_of(report) == "partly-applied");
  CHECK(inspected(report).next == Texts{"windlass-hook repair --confirm applied:V3__index.sql",
                                        "windlass-hook repair --confirm not-applied:V3__index.sql",
                                        "windlass-hook resume"});
  CHECK(bench.resume().outcome == ExitCode::kPartlyApplied);
  bench.settings.confirm = "applied:V3__index.sql";
  CHECK(bench.repair().outcome == ExitCode::kDone);
  bench.settings.confirm.clear();
  CHECK(bench.resume().message == "applied 1 script, public is now at version 3");
}

TEST_CASE("a statement in flight whose script is gone is told, and resume refuses") {
  PhaseBench bench(kTwo);
  leave_build_in_flight(bench);
  bench.remove("sql/V3__index.sql");
  const Report report = bench.inspect();
  CHECK(state_of(report) == "partly-applied");
  CHECK(inspected(report).in_flight.front().place.empty());
  const Report resumed = bench.resume();
  CHECK(resumed.outcome == ExitCode::kPartlyApplied);
  CHECK_THAT(resumed.message, Catch::StartsWith("V3__index.sql is partly applied"));
}

TEST_CASE("resume goes on with an undo script without asking for its confirmation again") {
  PhaseBench bench({{"V1__a.sql", "CREATE TABLE a (id int);"},
                    {"V2__index.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);"},
                    {"U2__index.sql", "DROP INDEX CONCURRENTLY a_id;"},
                    {"U1__a.sql", "DROP TABLE a;"}});
  bench.migrate();
  Session session = bench.another_session();
  write_intent(session, {"public", "flyway_schema_history", "U2__index.sql"}, 0,
               sha256_hex("DROP INDEX CONCURRENTLY a_id"), kEarlierRun,
               "there " + bench.value("SELECT 'a_id'::regclass::oid"));
  CHECK(bench.migrate().outcome == ExitCode::kPartlyApplied);
  CHECK(state_of(bench.inspect()) == "interrupted");
  const Report resumed = bench.resume();
  CHECK(resumed.outcome == ExitCode::kDone);
  CHECK(resumed.message == "undid 1 version, public is now at 1");
  CHECK_FALSE(bench.exists("a_id"));
  CHECK(bench.exists("a"));
}

TEST_CASE(
    "mark-applied asks for a confirmation that names database and version, then writes what migrate would") {
  PhaseBench bench(kTwo);
  bench.migrate();
  bench.script("V3__c.sql", "CREATE TABLE c (id int);");
  bench.script("U3__c.sql", "DROP TABLE c;");
  bench.settings.target = "3";
  const Report unset = bench.mark_applied();
  CHECK(unset.outcome == ExitCode::kUsage);  // the setting counts only where somebody gave it
  bench.settings.origins["target"] = {};
  const Report asked = bench.mark_applied();
  CHECK(asked.outcome == ExitCode::kRefused);
  CHECK(asked.message == "mark-applied asks for a confirmation");
  CHECK(PhaseBench::confirmation_in(asked) == bench.server.name() + "-3-applied");
  bench.settings.confirm = "other-3-applied";
  CHECK(bench.mark_applied().message == "the confirmation does not fit: other-3-applied");
  bench.settings.confirm = bench.server.name() + "-3-applied";
  bench.settings.dry_run = true;
  CHECK(bench.mark_applied().message == "dry run: would mark version 3 as applied, nothing was changed");
  bench.settings.dry_run = false;
  const Report marked = bench.mark_applied();
  CHECK(marked.outcome == ExitCode::kDone);
  CHECK(marked.message == "marked V3__c.sql as applied, public is now at version 3");
  CHECK_FALSE(bench.exists("c"));
  CHECK_THAT(bench.history(), Catch::Contains("\n3 3 c SQL V3__c.sql "));
  CHECK(bench.value("SELECT string_agg(version, ',') FROM windlass_undo") == "3");
  CHECK(bench.mark_applied().message == "nothing to do: version 3 is applied already");
  CHECK(bench.value("SELECT string_agg(outcome, ',' ORDER BY started_at) FROM windlass_runs WHERE phase = "
                    "'mark-applied' AND outcome = 'done'") == "done,done");
}

TEST_CASE("mark-applied settles a script in flight and a failed row of Flyway") {
  PhaseBench bench(kTwo);
  leave_build_in_flight(bench);
  bench.settings.script = "V3__index.sql";
  bench.settings.confirm = bench.server.name() + "-3-applied";
  bench.sql(
      "INSERT INTO flyway_schema_history VALUES (3, '3', 'index', 'SQL', 'V3__index.sql', 1, 'me', now(), 1, "
      "false)");
  REQUIRE(bench.mark_applied().outcome == ExitCode::kDone);
  CHECK(bench.value("SELECT count(*) FROM windlass_intents") == "0");
  CHECK(bench.value("SELECT count(*) FROM flyway_schema_history WHERE NOT success") == "0");
  bench.settings.script.clear();
  bench.settings.confirm.clear();
  CHECK(bench.validate().outcome == ExitCode::kDone);
  CHECK(bench.migrate().message == "nothing to do: public is up to date at version 3");
}

TEST_CASE("marking refuses what would leave a hole in the versions") {
  PhaseBench bench(kTwo);
  bench.settings.target = "1";
  bench.migrate();
  bench.settings.target = "latest";
  bench.script("V3__c.sql", "SELECT 1;");
  bench.settings.script = "V3__c.sql";
  const Report above = bench.mark_applied();
  CHECK(above.outcome == ExitCode::kRefused);
  CHECK(above.message == "version 2 is pending below version 3");
  bench.migrate();
  bench.settings.script = "V1__a.sql";
  const Report below = bench.mark_undone();
  CHECK(below.outcome == ExitCode::kRefused);
  CHECK(below.message == "version 2 is applied above version 1");
  bench.settings.script = "V9__none.sql";
  CHECK(bench.mark_applied().message == "the locations hold no script of V9__none.sql");
  CHECK(bench.mark_undone().message == "the history table has nothing applied of V9__none.sql");
  bench.settings.script.clear();
  CHECK(bench.mark_applied().message ==
        "name what to mark: either a version with --target or a script with --script");
}

TEST_CASE("marking needs a history table, and leaves baselines alone") {
  PhaseBench bench(kTwo);
  bench.settings.script = "V1__a.sql";
  CHECK(bench.mark_applied().message == "there is no history table to mark a script in");
  bench.sql("CREATE TABLE legacy (id int)");
  bench.settings.script.clear();
  bench.settings.baseline_version = "1";
  REQUIRE(bench.baseline().outcome == ExitCode::kDone);
  bench.settings.script = "V1__a.sql";
  CHECK(bench.mark_applied().message == "V1__a.sql lies below the baseline");
  bench.settings.script = "<< Flyway Baseline >>";
  CHECK(bench.mark_undone().message == "<< Flyway Baseline >> is a row of type BASELINE");
}

TEST_CASE("mark-undone writes the mark that every edition of Flyway reads, and lets the script run again") {
  PhaseBench bench(kTwo);
  bench.script("R__v.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS n;");
  bench.migrate();
  bench.sql("DROP TABLE b");
  bench.settings.script = "V2__b.sql";
  const Report asked = bench.mark_undone();
  CHECK(asked.outcome == ExitCode::kRefused);
  CHECK(PhaseBench::confirmation_in(asked) == bench.server.name() + "-2-undone");
  bench.settings.confirm = bench.server.name() + "-2-undone";
  CHECK(bench.mark_undone().message == "marked V2__b.sql as undone, public is now at version 1");
  CHECK(bench.value("SELECT string_agg(type || ' ' || script, ',' ORDER BY installed_rank) FROM "
                    "flyway_schema_history WHERE type = 'DELETE'") == "DELETE V2__b.sql,DELETE R__v.sql");
  bench.settings.script.clear();
  bench.settings.confirm.clear();
  CHECK(applied_scripts(bench.migrate()) == Texts{"V2__b.sql", "R__v.sql"});
}

TEST_CASE("a repeatable script is marked by its path") {
  PhaseBench bench(kTwo);
  bench.migrate();
  bench.script("R__v.sql", "SELECT 1;");
  bench.settings.script = "R__v.sql";
  bench.settings.confirm = bench.server.name() + "-R__v.sql-applied";
  CHECK(bench.mark_applied().message == "marked R__v.sql as applied, public is now at version 2");
  CHECK(bench.mark_applied().message == "nothing to do: R__v.sql is applied already");
  bench.settings.confirm = bench.server.name() + "-R__v.sql-undone";
  CHECK(bench.mark_undone().message == "marked R__v.sql as undone, public is now at version 2");
  bench.settings.script.clear();
  bench.settings.confirm.clear();
  CHECK(applied_scripts(bench.migrate()) == Texts{"R__v.sql"});
}

TEST_CASE("repair takes a script that was changed in comments and white space alone") {
  PhaseBench bench(kTwo);
  bench.migrate();
  bench.script("V1__a.sql", "-- the first table\ncreate TABLE a (\n  id int\n);\n");
  CHECK(bench.repair().message == "1 repair made");
  CHECK(bench.validate().outcome == ExitCode::kDone);
  bench.script("V1__a.sql", "CREATE TABLE a (id int); -- again");  // the proof goes on from what it was made
  CHECK(bench.repair().message == "1 repair made");
}

TEST_CASE("repair does not bless a changed script unless it is named with its checksum") {
  PhaseBench bench(kTwo);
  bench.migrate();
  bench.script("V1__a.sql", "CREATE TABLE a (id bigint);");
  bench.script("V2__b.sql", "CREATE TABLE b (id int, n int);");
  const Report refused = bench.repair();
  CHECK(refused.outcome == ExitCode::kRefused);
  CHECK(refused.message == "2 scripts changed after being applied");
  CHECK_THAT(refused.details, Catch::StartsWith("V1__a.sql (checksum 936413492, applied with "));
  const std::string value = PhaseBench::confirmation_in(refused);
  CHECK_THAT(value, Catch::StartsWith("changed:V1__a.sql=936413492,V2__b.sql="));
  bench.settings.confirm = "changed:V1__a.sql=936413492";
  CHECK(bench.repair().outcome == ExitCode::kRefused);  // it names not all of them
  bench.settings.confirm = value;
  CHECK(bench.repair().message == "2 repairs made");
  const Report nothing = bench.repair();
  CHECK(nothing.outcome == ExitCode::kRefused);
  CHECK(nothing.message == "there is no changed script to confirm");
}

TEST_CASE("of what Flyway applied nothing is proven") {
  PhaseBench bench(kTwo);
  bench.migrate();
  bench.sql("DELETE FROM windlass_tokens");
  bench.script("V1__a.sql", "CREATE TABLE a (id int); -- harmless");
  CHECK(bench.repair().outcome == ExitCode::kRefused);
}

TEST_CASE("a placeholder that could end a comment proves nothing") {
  PhaseBench bench(kTwo);
  bench.settings.placeholders["note"] = "x\nDROP TABLE a;";
  bench.script("V3__c.sql", "SELECT 1; -- ${note}");
  bench.settings.target = "2";
  bench.migrate();
  CHECK(bench.value("SELECT count(*) FROM windlass_tokens") == "0");
}

}  // namespace windlass::hook
