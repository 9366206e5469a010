#include "hook/phases/guard.hpp"

#include <thread>

#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {
namespace {

const Scripts kTwo{{"V1__a.sql", "CREATE TABLE a (id int);"}, {"V2__b.sql", "CREATE TABLE b (id int);"}};

}  // namespace

TEST_CASE("guard passes at once when the database is at the version or ahead of it") {
  PhaseBench bench(kTwo);
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  bench.settings.expect_version = "2";
  const Report report = bench.guard();
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "the database is at version 2, version 2 was asked for");
  CHECK(report.version_to == "2");
  bench.settings.expect_version = "1.5";
  CHECK(bench.guard().message == "the database is at version 2, version 1.5 was asked for");
}

TEST_CASE("guard waits until another session has migrated") {
  PhaseBench bench(kTwo);
  bench.settings.expect_version = "2";
  bench.settings.guard_wait = Milliseconds(20'000);
  Report migrated;
  std::thread migration([&] {
    std::this_thread::sleep_for(Milliseconds(500));
    migrated = bench.migrate();
  });
  const Report report = bench.guard();
  migration.join();
  CHECK(migrated.outcome == ExitCode::kDone);
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(report.message == "the database is at version 2, version 2 was asked for");
}

TEST_CASE("guard gives up when its wait is over, also before there is a history table") {
  PhaseBench bench(kTwo);
  bench.settings.expect_version = "3";
  bench.settings.guard_wait = Milliseconds(200);
  const Report nothing = bench.guard();
  CHECK(nothing.outcome == ExitCode::kTransient);
  CHECK(nothing.message ==
        "the database is at no version yet, version 3 was asked for and did not come within 200ms");
  CHECK(nothing.hint ==
        "See how the migration of this release ended; the guard passes as soon as it is applied.");
  CHECK_FALSE(bench.exists("windlass_runs"));
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  CHECK(bench.guard().message ==
        "the database is at version 2, version 3 was asked for and did not come within 200ms");
}

TEST_CASE("guard knows a script set by its digest") {
  PhaseBench bench(kTwo);
  const std::string digest = bench.migrate().set_digest;
  bench.settings.guard_wait = Milliseconds(200);
  bench.settings.expect_digest = digest;
  const std::string set = "script set " + digest.substr(0, 12);
  CHECK(bench.guard().message == "the database is at version 2, " + set + " was asked for");
  bench.settings.expect_version = "2";
  CHECK(bench.guard().message == "the database is at version 2, version 2 (" + set + ") was asked for");
  bench.settings.expect_digest = std::string(64, 'f');
  CHECK(bench.guard().outcome == ExitCode::kTransient);
  bench.settings.expect_version = "1";  // the database has moved past the release
  CHECK(bench.guard().outcome == ExitCode::kDone);
}

TEST_CASE("guard needs nothing but SELECT on its tables") {
  PhaseBench bench(kTwo);
  const std::string digest = bench.migrate().set_digest;
  bench.sql(
      "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'reading'; "
      "GRANT SELECT ON flyway_schema_history TO reader");
  bench.settings.database_user = "reader";
  bench.settings.database_password = Secret("reading");
  bench.settings.expect_version = "2";
  CHECK(bench.guard().outcome == ExitCode::kDone);
  bench.settings.expect_digest = digest;
  const Report refused = bench.guard();
  CHECK(refused.outcome == ExitCode::kNotPermitted);
  CHECK(refused.message ==
        "looking for a run with this script set: permission denied for table windlass_runs (SQLSTATE 42501)");
  bench.sql("GRANT SELECT ON windlass_runs TO reader");
  CHECK(bench.guard().outcome == ExitCode::kDone);
  bench.sql("DROP OWNED BY reader; DROP ROLE reader");
}

TEST_CASE("guard must be told what to wait for") {
  PhaseBench bench(kTwo);
  const Report nothing = bench.guard();
  CHECK(nothing.outcome == ExitCode::kUsage);
  CHECK(nothing.message == "guard needs expect-version or expect-digest");
  CHECK(nothing.hint == "Say what the application needs.");
  bench.settings.expect_version = "two";
  const Report wrong = bench.guard();
  CHECK(wrong.outcome == ExitCode::kConfiguration);
  CHECK(wrong.message == "expect-version is no version: two");
}

TEST_CASE("a stop request ends a waiting guard") {
  PhaseBench bench(kTwo);
  bench.settings.expect_version = "2";
  std::thread stopper([&] {
    std::this_thread::sleep_for(Milliseconds(700));
    bench.stop.request();
  });
  const Report report = bench.guard();
  stopper.join();
  CHECK(report.outcome == ExitCode::kTerminated);
  CHECK(report.message == "stopped while waiting for the database");
}

TEST_CASE("guard goes on waiting through a restart of its connection") {
  PhaseBench bench(kTwo);
  bench.settings.expect_version = "2";
  bench.settings.guard_wait = Milliseconds(20'000);
  std::thread killer([&] {
    std::this_thread::sleep_for(Milliseconds(700));
    bench.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE "
        "'windlass-hook guard%'");
    bench.migrate();
  });
  const Report report = bench.guard();
  killer.join();
  INFO(report.message);
  CHECK(report.outcome == ExitCode::kDone);
}

}  // namespace windlass::hook
