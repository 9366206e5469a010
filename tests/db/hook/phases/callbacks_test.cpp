// Every scenario of tests/data/flyway/callbacks.json is run by the phases on a real server: the callbacks
// leave the rows, in the order and in the transactions, that a real Flyway 12.4.0 left. Then what is ours.
#include <fstream>
#include <map>

#include "tests/db/hook/phases/flyway_project.hpp"

using namespace windlass;
using namespace windlass::hook;
using nlohmann::json;

namespace {

// Scenarios that are left out, with the reason.
const std::map<std::string, std::string> kExcluded = {
    {"migrate, group", "the setting group is not taken"},
    {"migrate, executeInTransaction=false", "the setting is taken from a script's .conf alone"},
    {"migrate, no scripts", "a migrate without any script ends with 66"},
    {"migrate, script fails, error callbacks",
     "Flyway runs afterEachMigrateError in the aborted transaction, where it can only fail"},
    {"migrate, script fails outside a transaction",
     "what ran before the failed statement stays and is gone on from; Flyway leaves a failed row"},
    {"migrate, statement error callback",
     "Flyway runs it in the aborted transaction, where it can only fail, and loses the first error"},
    {"clean, refused and allowed", "there is no clean"},
    {"skipExecutingMigrations", "the setting is not taken"},
};

class Scenario {
 public:
  Scenario(const json& data, const json& scenario, PhaseBench& bench)
      : log_(data.at("log")), scenario_(scenario), bench_(bench), project_(bench, folder()) {
    bench_.sql(
        "DO $$ DECLARE s text; BEGIN FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ "
        "'^(pg_|information_schema$)' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', s); END LOOP; END $$; "
        "CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO PUBLIC");
    bench_.sql(scenario.at("setup_sql"));
    bench_.sql(
        "GRANT ALL ON SCHEMA cb TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA cb TO PUBLIC; "
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA cb TO PUBLIC");
    change_files(scenario.at("files"));
    for (const json& event : scenario.at("events"))
      change_files({{"sql/" + event.get<std::string>() + ".sql", {{"log", event}}}});
  }

  void run() {
    for (const json& step : scenario_.at("steps")) {
      INFO(step);
      change_files(step.at("files"));
      json settings = scenario_.at("settings");
      settings.update(step.at("settings"));
      bench_.settings = project_.settings_of(settings);
      const Report report = run_command(bench_, step.at("command"));
      INFO(report.message << "\n" << report.details);
      CHECK((report.outcome == ExitCode::kDone) == (step.at("exit") == 0));
      CHECK(committed() == step.at("committed"));
    }
  }

 private:
  std::string folder() const { return "scenario/" + scenario_.at("name").get<std::string>() + "/"; }

  void change_files(const json& files) {
    json texts = files;
    for (auto& content : texts) {
      if (!content.is_object()) continue;
      std::string text = log_;
      content = text.replace(text.find("%s"), 2, content.at("log").get<std::string>());
    }
    project_.change_files(texts);
  }

  // What each step committed, with its transactions counted from the scenario's first: as Flyway's were.
  json committed() {
    const std::string rows = bench_.value(
        "SELECT coalesce(json_agg(json_build_array(e, tx) ORDER BY id), '[]') FROM cb.log WHERE id > " +
        std::to_string(seen_));
    json result = json::array();
    for (const json& row : json::parse(rows)) {
      const auto number = numbers_.try_emplace(row.at(1), numbers_.size() + 1).first->second;
      result.push_back({row.at(0), "t" + std::to_string(number)});
    }
    seen_ = std::stoi(bench_.value("SELECT coalesce(max(id), 0) FROM cb.log"));
    return result;
  }

  std::string log_;
  const json& scenario_;
  PhaseBench& bench_;
  FlywayProject project_;
  int seen_ = 0;
  std::map<long long, std::size_t> numbers_;
};

// Scripts and callbacks that write their names into a table; what was written, and in which transaction.
constexpr std::string_view kLog = "INSERT INTO log (e, tx) VALUES ('{}', txid_current());";

class Log {
 public:
  explicit Log(PhaseBench& bench) : bench_(bench) {
    bench_.sql(
        "CREATE TABLE log (id serial PRIMARY KEY, e text, tx bigint); GRANT ALL ON log TO PUBLIC; "
        "GRANT ALL ON SEQUENCE log_id_seq TO PUBLIC");
    bench_.settings.baseline_on_migrate = true;  // the table is there before the first run
    bench_.settings.baseline_version = "0";
  }

  void script(const std::string& file, const std::string& more = "") const {
    bench_.script(file, fmt::format(kLog, file) + more);
  }

  // "beforeMigrate.sql | V1__a.sql afterEachMigrate.sql": a bar between transactions. Empties the table.
  std::string take() {
    const std::string text = bench_.value(
        "SELECT string_agg(entries, ' | ' ORDER BY first) FROM (SELECT min(id) AS first, string_agg(e, ' ' "
        "ORDER BY id) AS entries FROM log GROUP BY tx) t");
    bench_.sql("TRUNCATE log");
    return text;
  }

 private:
  PhaseBench& bench_;
};

}  // namespace

TEST_CASE("callbacks run when Flyway runs them, in the transactions in which Flyway runs them") {
  const std::string path = std::string(WINDLASS_FLYWAY_VECTORS) + "/callbacks.json";
  std::ifstream stream(path);
  REQUIRE(stream);
  const json data = json::parse(stream);
  PhaseBench bench;
  const Settings defaults = bench.settings;
  std::size_t ran = 0;
  for (const json& scenario : data.at("scenarios")) {
    if (kExcluded.count(scenario.at("name")) != 0) continue;
    INFO(scenario.at("name"));
    bench.settings = defaults;
    Scenario(data, scenario, bench).run();
    ++ran;
  }
  CHECK(ran > 24);
}

TEST_CASE("callbacks run at every migrate, also when nothing is pending, and never in a dry run") {
  PhaseBench bench;
  Log log(bench);
  for (const char* file : {"V1__a.sql", "beforeMigrate.sql", "afterMigrateApplied.sql", "afterMigrate.sql"})
    log.script(file);
  bench.settings.dry_run = true;
  CHECK(bench.migrate().outcome == ExitCode::kDone);
  CHECK(log.take().empty());
  bench.settings.dry_run = false;
  CHECK(bench.migrate().outcome == ExitCode::kDone);
  CHECK(log.take() == "beforeMigrate.sql | V1__a.sql | afterMigrateApplied.sql | afterMigrate.sql");
  const Report again = bench.migrate();
  CHECK(again.message == "nothing to do: public is up to date at version 1");
  CHECK(log.take() == "beforeMigrate.sql | afterMigrate.sql");
}

TEST_CASE("a callback that cannot run in a transaction runs on its own") {
  PhaseBench bench(
      Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"},
              {"afterMigrate.sql", "SET lock_timeout = '3s'; VACUUM ANALYZE a; VACUUM pg_class;"}});
  const Report report = bench.migrate();
  INFO(report.message << report.details);
  CHECK(report.outcome == ExitCode::kDone);
}

TEST_CASE("a failed callback around a script rolls the script back and is named") {
  PhaseBench bench(
      Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"},
              {"V2__b.sql", "CREATE TABLE b (id int);"},
              {"afterEachMigrate.sql", "SELECT 1;\nSELECT 1 / (to_regclass('b') IS NULL)::int;"}});
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kScriptFailed);
  CHECK(report.message == "<DIR>/sql/afterEachMigrate.sql:2:1 failed: division by zero (SQLSTATE 22012)");
  CHECK_THAT(report.details,
             Catch::Contains("state: V2__b.sql was rolled back with it; scripts before it stay"));
  CHECK(report.hint == "Correct the callback and run again; it goes on with V2__b.sql.");
  CHECK(report.failed_script == "V2__b.sql");
  CHECK(bench.exists("a"));
  CHECK_FALSE(bench.exists("b"));
}

TEST_CASE("callbacks after an error see the rolled back database and leave the first error alone") {
  PhaseBench bench;
  Log log(bench);
  log.script("V1__a.sql", "SELECT 1/0;");
  for (const char* file : {"beforeMigrate.sql", "afterEachMigrateStatementError.sql",
                           "afterEachMigrateError.sql", "afterMigrate.sql"})
    log.script(file);
  bench.script("afterMigrateError.sql", "SELECT * FROM nowhere;");
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kScriptFailed);
  CHECK(report.message == "<DIR>/sql/V1__a.sql:1:62 failed: division by zero (SQLSTATE 22012)");
  CHECK(log.take() == "beforeMigrate.sql | afterEachMigrateStatementError.sql | afterEachMigrateError.sql");
}

TEST_CASE("a script that runs outside a transaction commits its last callback with its history row") {
  PhaseBench bench;
  Log log(bench);
  bench.script("V1__a.sql", "VACUUM pg_class;");
  log.script("beforeEachMigrate.sql");
  log.script("afterEachMigrate.sql");
  CHECK(bench.migrate().outcome == ExitCode::kDone);
  CHECK(log.take() == "beforeEachMigrate.sql | afterEachMigrate.sql");
  CHECK(bench.value("SELECT count(*) FROM windlass_intents") == "0");
  CHECK(bench.value("SELECT version FROM flyway_schema_history WHERE script = 'V1__a.sql'") == "1");
}

TEST_CASE("statement callbacks around a script outside a transaction are refused before anything runs") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"},
                           {"V2__b.sql", "VACUUM a;"},
                           {"beforeEachMigrateStatement.sql", "SELECT 1;"}});
  const Report report = bench.migrate();
  CHECK(report.outcome == ExitCode::kInvalidScripts);
  CHECK(report.message ==
        "statement callbacks cannot run around the statements of V2__b.sql, which run outside a transaction");
  CHECK(report.hint ==
        "Remove the statement callbacks, or apply these scripts with --skip-default-callbacks.");
  CHECK_FALSE(bench.exists("a"));
}

TEST_CASE("the faults of all callbacks come out before anything runs") {
  PhaseBench bench(Scripts{{"V1__a.sql", "CREATE TABLE a (id int);"},
                           {"afterMigrate.sql", "SELECT '${nope}';"},
                           {"afterEachMigrate.sql", "VACUUM a;"}});
  for (const Report& report : {bench.preflight(), bench.migrate()}) {
    CHECK(report.outcome == ExitCode::kInvalidScripts);
    CHECK_THAT(report.message, Catch::EndsWith("the callback scripts have 2 faults"));
    CHECK_THAT(
        report.details,
        Catch::Contains("<DIR>/sql/afterMigrate.sql:1:9: error: no value for the placeholder ${nope}"));
    CHECK_THAT(report.details,
               Catch::Contains("this callback runs in the transaction of a script, and cannot"));
  }
  CHECK_FALSE(bench.exists("a"));
}

TEST_CASE("a rollback runs the callbacks of undo, and those of other events cannot stop it") {
  PhaseBench bench;
  Log log(bench);
  log.script("V1__a.sql");
  log.script("V2__b.sql");
  log.script("U1__a.sql");
  log.script("U2__b.sql");
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  log.take();
  for (const char* file : {"beforeUndo.sql", "beforeEachUndo.sql", "afterEachUndo.sql", "afterUndo.sql"})
    log.script(file);
  bench.script("beforeMigrate.sql", "SELECT '${nope}';");
  bench.settings.target = "0";
  bench.settings.confirm = confirmation_value(bench.server.name(), "2", "0");
  const Report report = bench.rollback();
  INFO(report.message);
  CHECK(report.outcome == ExitCode::kDone);
  CHECK(log.take() ==
        "beforeUndo.sql | beforeEachUndo.sql U2__b.sql afterEachUndo.sql | beforeEachUndo.sql U1__a.sql "
        "afterEachUndo.sql | afterUndo.sql");
}

TEST_CASE("a failed undo runs the callbacks after an error") {
  PhaseBench bench;
  Log log(bench);
  log.script("V1__a.sql");
  bench.script("U1__a.sql", "DROP TABLE nowhere;");
  REQUIRE(bench.migrate().outcome == ExitCode::kDone);
  log.take();
  log.script("afterEachUndoError.sql");
  log.script("afterUndoError.sql");
  log.script("afterUndo.sql");
  bench.settings.target = "0";
  bench.settings.confirm = confirmation_value(bench.server.name(), "1", "0");
  CHECK(bench.rollback().outcome == ExitCode::kScriptFailed);
  CHECK(log.take() == "afterEachUndoError.sql | afterUndoError.sql");
}
