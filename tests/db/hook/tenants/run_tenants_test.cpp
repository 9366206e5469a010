#include "hook/tenants/run_tenants.hpp"

#include <map>

#include "tests/db/hook/phases/phase_bench.hpp"

namespace windlass::hook {
namespace {

struct TenantBench : PhaseBench {
  explicit TenantBench(int count)
      : PhaseBench({{"V1__a.sql", "CREATE TABLE a (id int PRIMARY KEY);"},
                    {"V2__b.sql", "CREATE TABLE b (id int REFERENCES a);"}}) {
    std::string list;
    for (int i = 0; i < count; ++i) list += fmt::format("t{:02}\n", i);
    write("tenants.txt", list);
    settings.tenants = true;
    settings.tenant_list = at("tenants.txt");
  }

  Report migrate() const {
    return run(Phase::kMigrate, [](PhaseContext& context) { run_tenants(context, run_migrate); });
  }
  Report verify() const {
    return run(Phase::kVerify, [](PhaseContext& context) { run_tenants(context, run_verify); });
  }
  Report info() const {
    return run(Phase::kInfo, [](PhaseContext& context) { run_tenants(context, run_info); });
  }

  // A tenant in whose schema the second script cannot do its work.
  void breaks(const std::string& tenant) {
    sql(fmt::format(
        "CREATE SCHEMA {0}; CREATE TABLE {0}.b (); GRANT ALL ON SCHEMA {0} TO PUBLIC; "
        "CREATE TABLE {0}.flyway_schema_history (installed_rank integer PRIMARY KEY, version "
        "varchar(50), description varchar(200) NOT NULL, type varchar(20) NOT NULL, script "
        "varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL, installed_on "
        "timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT "
        "NULL); GRANT ALL ON {0}.flyway_schema_history TO PUBLIC",
        tenant));
  }
  std::string versions() {
    return value("SELECT count(*) FROM pg_class WHERE relname = 'b' AND relkind = 'r'");
  }
};

std::map<std::string, int> states(const Report& report) {
  std::map<std::string, int> counts;
  for (const auto& row : *report.tenants) ++counts[row.state];
  return counts;
}

using Counts = std::map<std::string, int>;

}  // namespace

TEST_CASE("thirty tenants in four shards, one broken: the others are at the release's version") {
  TenantBench bench(30);
  bench.breaks("t17");
  bench.settings.tenant_shards = 4;
  Counts all;
  int failed_shards = 0;
  for (int index = 0; index < 4; ++index) {
    bench.settings.tenant_index = index;
    const Report report = bench.migrate();
    for (const auto& [state, count] : states(report)) all[state] += count;
    if (report.outcome == ExitCode::kDone) {
      CHECK(report.message == fmt::format("shard {} of 4, {} tenants: {} applied", index,
                                          report.tenants->size(), report.tenants->size()));
      continue;
    }
    ++failed_shards;
    CHECK(report.outcome == ExitCode::kScriptFailed);
    CHECK(report.failed_script == "V2__b.sql");
    CHECK_THAT(report.message, Catch::Matchers::Contains(" 1 failed: t17: <DIR>/sql/V2__b.sql:1:1 failed"));
    CHECK_THAT(report.details, Catch::Matchers::Contains("tenant t17: "));
  }
  CHECK(all == Counts{{"applied", 29}, {"failed", 1}});
  CHECK(failed_shards == 1);
  CHECK(bench.versions() == "30");
  CHECK(bench.value("SELECT count(*) FROM pg_tables WHERE tablename = 'windlass_runs'") == "30");

  SECTION("and a second run goes only to what is not there yet") {
    bench.sql("DROP TABLE t17.b");
    bench.settings.tenant_index.reset();
    const Report again = bench.migrate();
    CHECK(again.outcome == ExitCode::kDone);
    CHECK(states(again) == Counts{{"applied", 1}, {"up to date", 29}});
    CHECK(bench.verify().message == "30 tenants: 30 valid");
  }
  SECTION("and info shows how each of them stands") {
    bench.settings.tenant_index.reset();
    bench.write("tenants.txt", "new\nt16\nt17\n");
    bench.sql("DROP TABLE t16.flyway_schema_history, t16.a, t16.b");
    const Report info = bench.info();
    CHECK(info.outcome == ExitCode::kDone);
    CHECK(info.message == "3 tenants: 2 new, 1 failed");
    const auto& broken = info.tenants->at(2);
    CHECK(broken.current == "1");
    CHECK(broken.pending == 1);
    REQUIRE(broken.last_failure);
    CHECK(broken.last_failure->outcome == "script_failed");
    CHECK(broken.last_failure->script == "V2__b.sql");
  }
}

TEST_CASE("each tenant costs one session, also one that has nothing to do") {
  TenantBench bench(5);
  const auto sessions = [&] {
    bench.sql("SELECT pg_stat_clear_snapshot()");
    return std::stoi(bench.value("SELECT sessions FROM pg_stat_database WHERE datname = current_database()"));
  };
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  const int before = sessions();
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  REQUIRE(bench.info().outcome == ExitCode::kDone);
  CHECK(sessions() - before <= 10);
}

TEST_CASE("a tenant's time is over before the others'") {
  TenantBench bench(2);
  bench.script("V3__slow.sql", "SELECT pg_sleep(CASE current_schema() WHEN 't00' THEN 30 ELSE 0 END);");
  bench.settings.tenant_deadline = Milliseconds(1'500);
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kTransient);
  CHECK(states(report) == Counts{{"applied", 1}, {"failed", 1}});
}

TEST_CASE("when the whole time is over the rest is left for the next run") {
  TenantBench bench(3);
  bench.script("V3__slow.sql", "SELECT pg_sleep(CASE current_schema() WHEN 't00' THEN 30 ELSE 0 END);");
  bench.settings.deadline = Milliseconds(1'500);
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kTransient);
  CHECK(states(report) == Counts{{"failed", 1}, {"not begun", 2}});
}

TEST_CASE("a server that is not there is asked once, not by every tenant") {
  TenantBench bench(3);
  bench.settings.database_url = Secret("postgresql://nobody@127.0.0.1:1/none");
  bench.settings.connect_timeout = Milliseconds(300);
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kUnreachable);
  CHECK(states(report) == Counts{{"failed", 1}, {"not begun", 2}});
  CHECK_THAT(report.message, Catch::Matchers::StartsWith("3 tenants: 1 failed, 2 not begun: t00: "));
}

TEST_CASE("tenants may have databases of their own") {
  TenantBench bench(1);
  const std::string own = bench.value("SELECT current_database()") + "_own";
  bench.sql("CREATE DATABASE " + own + " OWNER " +
            bench.value("SELECT usename FROM pg_user WHERE NOT usesuper LIMIT 1"));
  bench.write("tenants.txt", "acme=" + own + "\nbolt=" + own + "_absent\n");
  bench.settings.tenant_kind = "database";
  const Report report = bench.migrate();
  CHECK(report.tenants->at(0).state == "applied");
  CHECK(report.tenants->at(0).current == "2");
  CHECK(report.tenants->at(1).state == "failed");
  CHECK_FALSE(bench.exists("a"));
  bench.sql("DROP DATABASE " + own + " WITH (FORCE)");
}

TEST_CASE("a phase that is for one database refuses many, and takes one") {
  TenantBench bench(2);
  const Report refused =
      bench.run(Phase::kRollback, [](PhaseContext& context) { run_tenants(context, run_rollback); });
  CHECK(refused.outcome == ExitCode::kUsage);
  CHECK(refused.message == "rollback does not go through tenants");
  bench.settings.tenant = "t01";
  CHECK(bench.migrate().message == "tenants and tenant are both set");
  bench.settings.tenants = false;
  const Report one =
      bench.run(Phase::kMigrate, [](PhaseContext& context) { run_one_tenant(context, run_migrate); });
  CHECK(one.message == "applied 2 scripts, t01 is now at version 2");
  CHECK(bench.versions() == "1");
}

}  // namespace windlass::hook
