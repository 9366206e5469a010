// Every scenario of tests/data/flyway/history.json is run by the phases on a real server: after each step the
// history table holds what a real Flyway 11.20.3 wrote there.
#include <fstream>
#include <map>
#include <set>

#include "core/migrations/checksum.hpp"
#include "tests/db/hook/phases/flyway_project.hpp"

using namespace windlass;
using namespace windlass::hook;
using nlohmann::json;

namespace {

// Scenarios that are left out, with the reason.
const std::map<std::string, std::string> kExcluded = {
    {"baseline-quote", "Flyway breaks on the quotation mark, Windlass writes the row"},
    {"empty-location", "a migrate without any script ends with 66"},
    {"missing-location", "a migrate without any script ends with 66"},
    {"no-scripts-left", "a migrate without any script ends with 66"},
    {"baseline-empty-table", "a migrate without any script ends with 66; baseline_test.cpp has the rest"},
    {"failed-nontransactional-session-lock", "an intent stands where Flyway leaves a failed row"},
    {"failed-repeatable-session-lock", "an intent stands where Flyway leaves a failed row"},
    {"group-fails", "the setting group is not taken"},
    {"group-mixed", "the setting group is not taken"},
    {"mixed-refused", "the setting mixed is not taken"},
    {"ignore-patterns-bad", "a bad pattern fails info, too"},
    {"ignore-patterns-bad-migrate", "a bad pattern fails info, too"},
    {"skip-executing-non-empty", "the setting skipExecutingMigrations is not taken"},
    {"tablespace", "the setting tablespace is not taken"},
    {"tablespace-missing", "the setting tablespace is not taken"},
    {"undo-refused", "rollback takes the place of undo"},
    {"version-words", "Windlass refuses Vnext and Vlatest, Flyway breaks its history with them"},
    {"placeholder-missing", "a placeholder without a value stops the run before its first script"},
};

json scenarios() {
  const std::string path = std::string(WINDLASS_FLYWAY_VECTORS) + "/history.json";
  std::ifstream stream(path);
  if (!stream) throw std::runtime_error("cannot read " + path);
  return json::parse(stream).at("scenarios");
}

class Scenario {
 public:
  // One database serves all: it is emptied for each.
  Scenario(const json& scenario, PhaseBench& bench)
      : scenario_(scenario),
        bench_(bench),
        folder_(scenario.at("name").get<std::string>() + "/"),
        project_(bench, folder_) {
    // From 14 on a database's owner owns its schema public; before that everybody may work in it.
    bench_.sql(
        "DO $$ DECLARE s text; BEGIN FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ "
        "'^(pg_|information_schema$)' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', s); END LOOP; "
        "CREATE SCHEMA public; "
        "IF current_setting('server_version_num')::int < 140000 THEN GRANT ALL ON SCHEMA public TO PUBLIC; "
        "ELSE ALTER SCHEMA public OWNER TO pg_database_owner; END IF; END $$");
    project_.change_files(scenario.at("files"));
    if (scenario.contains("setup_sql")) bench_.sql(scenario.at("setup_sql"));
  }

  void run() {
    for (const json& step : scenario_.at("steps")) {
      INFO(step);
      if (step.contains("files")) project_.change_files(step.at("files"));
      if (step.contains("sql")) bench_.sql(with_checksums(step.at("sql")));
      json settings = scenario_.at("settings");
      if (step.contains("settings")) settings.update(step.at("settings"));
      bench_.settings = project_.settings_of(settings);
      const Report report = run_command(bench_, step.at("command").at(0));
      INFO(report.message << "\n" << report.details);
      // Flyway's validate ends with 0 whatever it found when it prints JSON, as it did here.
      CHECK((report.outcome == ExitCode::kDone) == (step.at("exit") == 0 && !step.contains("error")));
      CHECK(rows() == step.at("rows"));
      if (step.contains("info")) check_info(step);
    }
  }

 private:
  void check_info(const json& step) {
    const Report report = bench_.info();
    REQUIRE(report.migrations);
    json lines = json::array();
    for (const auto& row : *report.migrations)
      lines.push_back({row.version.value_or(""), row.description, row.type, row.state});
    CHECK(lines == step.at("info"));
    CHECK((report.version_to ? json(*report.version_to) : json(nullptr)) == step.at("current"));
  }

  // {{raw_checksum:F}} is the checksum of the script F as it lies there.
  std::string with_checksums(std::string sql) const {
    constexpr std::string_view kMark = "{{raw_checksum:";
    const auto begin = sql.find(kMark);
    if (begin == std::string::npos) return sql;
    const auto end = sql.find("}}", begin);
    const auto file = sql.substr(begin + kMark.size(), end - begin - kMark.size());
    const auto text = read_file(bench_.at(folder_ + "sql/" + file), std::size_t{1} << 20);
    return sql.replace(begin, end + 2 - begin, std::to_string(migrations::checksum(text)));
  }

  json rows() {
    const std::string table = bench_.value(
        "SELECT c.oid::regclass FROM pg_class c WHERE c.relkind IN ('r', 'v') AND "
        "EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = "
        "'installed_rank')");
    if (table.empty()) return json::array();
    return json::parse(bench_.value(
        "SELECT coalesce(json_agg(json_build_array(installed_rank, version, description, type, script, "
        "checksum, success) ORDER BY installed_rank), '[]') FROM " +
        table));
  }

  const json& scenario_;
  PhaseBench& bench_;
  std::string folder_;
  FlywayProject project_;
};

}  // namespace

TEST_CASE("the history table holds what Flyway writes after every step of every scenario") {
  PhaseBench bench;
  const Settings defaults = bench.settings;
  std::size_t ran = 0;
  for (const json& scenario : scenarios()) {
    if (kExcluded.count(scenario.at("name")) != 0) continue;
    INFO(scenario.at("name"));
    bench.settings = defaults;
    Scenario(scenario, bench).run();
    ++ran;
  }
  CHECK(ran > 80);
}
