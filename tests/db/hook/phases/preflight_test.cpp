#include "hook/phases/preflight.hpp"

#include "hook/database/advisory_lock.hpp"
#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {
namespace {

const Scripts kTwo{{"V1__a.sql", "CREATE TABLE a (id int);"}, {"V2__b.sql", "CREATE TABLE b (id int);"}};

// The lines without that of the server, whose text depends on where the test runs.
Texts lines_of(const Report& report) {
  Texts lines = check_lines(report);
  REQUIRE_FALSE(lines.empty());
  CHECK_THAT(lines.front(),
             Catch::Matches("ok server: PostgreSQL [0-9.]+ at 127.0.0.1:[0-9]+, database case_[0-9]+"));
  lines.erase(lines.begin());
  return lines;
}

std::string line(const Report& report, const std::string& name) {
  for (const auto& text : check_lines(report)) {
    if (text.find(' ' + name + ": ") != std::string::npos) return text;
  }
  return "";
}

}  // namespace

TEST_CASE("preflight on a fresh database finds it ready and writes nothing") {
  PhaseBench bench(kTwo);
  bench.settings.environment = "dev";
  const Report report = bench.preflight();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "ready: 2 scripts pending");
  CHECK(report.pending == 2);
  CHECK(lines_of(report) == Texts{"ok pooler: none seen", "ok writable: takes writes",
                                  "ok history: \"public\".\"flyway_schema_history\" does not exist yet",
                                  "ok permissions: role " + bench.server.owner() + " may create in public",
                                  "ok environment: none is recorded yet, the first migrate records dev",
                                  "ok scripts: valid, pending: V1__a.sql, V2__b.sql",
                                  "ok long-transactions: none older than 1m",
                                  "ok runners: no other runner holds the lock"});
  CHECK_FALSE(bench.exists("windlass_runs"));
}

TEST_CASE("preflight on a migrated database leaves a record") {
  PhaseBench bench(kTwo);
  bench.settings.environment = "dev";
  bench.migrate();
  const Report report = bench.preflight();
  CHECK(report.message == "ready: 0 scripts pending");
  CHECK(line(report, "history") == "ok history: \"public\".\"flyway_schema_history\" with 2 rows");
  CHECK(line(report, "environment") == "ok environment: is dev");
  CHECK(line(report, "scripts") == "ok scripts: valid, nothing is pending");
  CHECK(bench.records() == "migrate done - 2\npreflight done 2 2");
}

TEST_CASE("preflight reports every failed check, the first gives the code") {
  PhaseBench bench(kTwo);
  bench.settings.environment = "dev";
  bench.migrate();
  bench.settings.environment = "prod";
  bench.script("V1__a.sql", "CREATE TABLE a (id bigint);");
  bench.sql("ALTER SCHEMA public OWNER TO CURRENT_USER; REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  const Report report = bench.preflight();
  CHECK(report.outcome == ExitCode::kNotPermitted);
  CHECK(report.message == "preflight: 3 checks failed, the first: role " + bench.server.owner() +
                              " may not create in schema public");
  CHECK(report.hint == "GRANT CREATE ON SCHEMA public TO " + bench.server.owner() + ".");
  CHECK(line(report, "environment") ==
        "failed environment: this database belongs to environment dev, the run is for prod");
  CHECK(line(report, "scripts") == "failed scripts: the scripts and the history table disagree in 1 place");
}

TEST_CASE("a database that takes no writes fails the preflight") {
  PhaseBench bench(kTwo);
  bench.sql("ALTER DATABASE " + bench.server.name() + " SET default_transaction_read_only = on");
  const Report report = bench.preflight();
  CHECK(report.outcome == ExitCode::kTransient);
  CHECK_THAT(report.message,
             Catch::EndsWith("the session is read-only: default_transaction_read_only is on"));
  CHECK_THAT(report.hint, Catch::Contains("RESET default_transaction_read_only"));
}

TEST_CASE("a role that may not create a missing schema fails the preflight") {
  PhaseBench bench(kTwo);
  bench.settings.schemas = {"app", "web"};
  bench.sql("ALTER DATABASE " + bench.server.name() + " OWNER TO CURRENT_USER");
  const Report report = bench.preflight();
  CHECK(report.outcome == ExitCode::kNotPermitted);
  CHECK(report.message == "preflight: role " + bench.server.owner() + " may not create schema app, web");
  CHECK(report.hint == "Grant it CREATE on the database, or create the schema beforehand.");
  bench.sql("ALTER DATABASE " + bench.server.name() + " OWNER TO " + bench.server.owner());
  CHECK(line(bench.preflight(), "permissions") ==
        "ok permissions: role " + bench.server.owner() + " may create in app, web");
}

TEST_CASE("a history that the role may not read leaves what depends on it open") {
  PhaseBench bench(kTwo);
  bench.migrate();
  bench.sql("ALTER TABLE flyway_schema_history OWNER TO CURRENT_USER");
  const Report report = bench.preflight();
  CHECK(report.outcome == ExitCode::kNotPermitted);
  CHECK(
      line(report, "history") ==
      "failed history: reading the state of the database: permission denied for table flyway_schema_history "
      "(SQLSTATE 42501)");
  CHECK(line(report, "permissions") == "skipped permissions: the state is not known");
  CHECK(line(report, "scripts") == "skipped scripts: the state is not known");
}

TEST_CASE("the faults of the scripts come out in the preflight") {
  PhaseBench bench;
  CHECK(line(bench.preflight(), "scripts") == "failed scripts: no migration scripts in <DIR>/sql");
  bench.script("V1__a.sql", "SELECT '${nope}';");
  const Report report = bench.preflight();
  CHECK(report.outcome == ExitCode::kInvalidScripts);
  CHECK(report.message == "preflight: the scripts to run have 1 fault");
  CHECK_THAT(report.details,
             Catch::Contains("<DIR>/sql/V1__a.sql:1:9: error: no value for the placeholder ${nope}"));
}

TEST_CASE("an undo script that stops the migrate stops the preflight") {
  PhaseBench bench(kTwo);
  bench.script("U2__b.sql", "SELECT '${nope}';");
  CHECK(bench.preflight().outcome == ExitCode::kInvalidScripts);
}

TEST_CASE("long transactions and other runners are named, and do not fail the preflight") {
  PhaseBench bench(kTwo);
  Session other = bench.another_session("nightly report");
  other.execute("locking", "SELECT pg_advisory_lock(" +
                               std::to_string(advisory_lock_key({"public", "flyway_schema_history"})) + ")");
  const Report report = bench.preflight();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK_THAT(
      line(report, "runners"),
      Catch::StartsWith(fmt::format("warning runners: another runner holds the lock: process {} (nightly "
                                    "report, role {}, from 127.0.0.1, connected since ",
                                    other.backend(), bench.server.owner())));
}

}  // namespace windlass::hook
