// Every scenario of tests/data/flyway/history.json: the rows, scripts and settings that a real Flyway 11.20.3
// had in each step are given to the plan, and what Flyway then did and said is what the plan must say.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "core/base/text.hpp"
#include "core/migrations/plan.hpp"
#include "flyway_vectors.hpp"
#include "script_tree.hpp"

using namespace windlass::migrations;
using nlohmann::json;
using windlass::split;
using windlass::to_lower;
using windlass::to_text;

namespace {

using Texts = std::vector<std::string>;

// Scenarios that are left out, with the reason.
const std::map<std::string, std::string> kExcluded = {
    {"version-words",
     "files with Vnext and V9223372036854775807: Windlass refuses them, Flyway breaks its history"},
};

// Scenarios whose bad patterns Flyway's info does not look at; Windlass says at once that they are bad.
const std::set<std::string> kLazyPatterns = {"ignore-patterns-bad", "ignore-patterns-bad-migrate"};

// Errors of `migrate` that arise behind the plan: in the database, in callbacks, in a script's text.
bool is_beyond_the_plan(const std::string& code, const std::string& error) {
  return code == "DB_CONNECTION" || code == "NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE" ||
         code.starts_with("FAILED_") || error.starts_with("Error while executing") ||
         error.starts_with("Detected both transactional") || error.starts_with("Unable to parse statement");
}

SetRules set_rules(const json& settings) {
  SetRules rules;
  rules.fail_on_missing_location = settings.value("failOnMissingLocations", "false") == "true";
  rules.validate_naming = settings.value("validateMigrationNaming", "false") == "true";
  rules.naming.versioned_prefix = settings.value("sqlMigrationPrefix", rules.naming.versioned_prefix);
  rules.naming.repeatable_prefix =
      settings.value("repeatableSqlMigrationPrefix", rules.naming.repeatable_prefix);
  rules.naming.separator = settings.value("sqlMigrationSeparator", rules.naming.separator);
  if (settings.contains("sqlMigrationSuffixes"))
    rules.naming.suffixes = split(settings.at("sqlMigrationSuffixes").get<std::string>(), ',');
  rules.placeholders.enabled = settings.value("placeholderReplacement", "true") == "true";
  for (const auto& [key, value] : settings.items()) {
    if (key.starts_with("placeholders.")) rules.placeholders.values[to_lower(key.substr(13))] = value;
  }
  return rules;
}

PlanSettings plan_settings(const json& settings) {
  PlanSettings result;
  result.target = settings.value("target", result.target);
  result.out_of_order = settings.value("outOfOrder", "false") == "true";
  if (settings.contains("ignoreMigrationPatterns")) {
    result.ignore_patterns = split(settings.at("ignoreMigrationPatterns").get<std::string>(), ',');
  }
  return result;
}

std::vector<HistoryRow> rows_from(const json& list) {
  std::vector<HistoryRow> rows;
  for (const json& item : list) {
    HistoryRow row;
    row.installed_rank = item.at(0);
    if (!item.at(1).is_null()) row.version = item.at(1);
    row.description = item.at(2);
    row.type = item.at(3);
    row.script = item.at(4);
    if (!item.at(5).is_null()) row.checksum = item.at(5);
    row.success = item.at(6);
    rows.push_back(std::move(row));
  }
  return rows;
}

// The rows that a migrate starts from: those before it, and the schema and baseline rows that it writes
// first.
std::vector<HistoryRow> rows_at_start(const json& before, const json& after) {
  json start = before;
  for (const json& row : after) {
    const bool synthetic = row.at(3) == "SCHEMA" || row.at(3) == "BASELINE";
    if (synthetic && std::find(before.begin(), before.end(), row) == before.end()) start.push_back(row);
  }
  return rows_from(start);
}

Texts scripts_added(const std::vector<HistoryRow>& start, const json& after) {
  Texts scripts;
  for (const HistoryRow& row : rows_from(after)) {
    const auto same = [&](const HistoryRow& other) { return other.installed_rank == row.installed_rank; };
    if (std::none_of(start.begin(), start.end(), same)) scripts.push_back(row.script);
  }
  return scripts;
}

void change_files(const ScriptTree& tree, const json& files) {
  for (const auto& [path, content] : files.items()) {
    if (content.is_null()) {
      std::filesystem::remove(tree.at(path));
    } else if (content.is_object()) {
      tree.link(path, content.at("symlink"));
    } else if (path.ends_with('/')) {
      std::filesystem::create_directories(tree.at(path));
    } else {
      tree.write(path, content.get<std::string>());
    }
  }
}

Texts lines_of_entries(const Plan& plan) {
  Texts lines;
  for (const Entry& entry : plan.entries) {
    if (entry.state == State::kAvailable) continue;  // undo scripts are a paid feature of Flyway
    lines.push_back(entry.version_text() + "|" + entry.description() + "|" + entry.type() + "|" +
                    std::string(state_name(entry.state)));
  }
  return lines;
}

Texts lines_of_info(const json& info) {
  Texts lines;
  for (const json& item : info) {
    lines.push_back(item.at(0).get<std::string>() + "|" + item.at(1).get<std::string>() + "|" +
                    item.at(2).get<std::string>() + "|" + item.at(3).get<std::string>());
  }
  return lines;
}

class Scenario {
 public:
  explicit Scenario(const json& scenario) : scenario_(scenario) { change_files(tree_, scenario.at("files")); }

  void run() {
    json rows = json::array();
    for (const json& step : scenario_.at("steps")) {
      INFO(step);
      if (step.contains("files")) change_files(tree_, step.at("files"));
      settings_ = scenario_.at("settings");
      if (step.contains("settings")) settings_.update(step.at("settings"));
      scripts_ = read_script_set(split(settings_.at("locations").get<std::string>(), ','), tree_.root(),
                                 set_rules(settings_));
      check_command(step, step.value("before", rows));
      rows = step.at("rows");
      check_info(step);
    }
  }

 private:
  void check_command(const json& step, const json& before) {
    if (scripts_.diagnostics.has_errors()) return;  // check_info compares them with Flyway's error
    const std::string command = step.at("command").at(0);
    const auto rows = rows_from(before);
    const Plan plan = make_plan(scripts_, rows, plan_settings(settings_));
    if (command == "migrate") check_migrate(step, before);
    if (command == "validate" && step.value("code", "") != "SCHEMA_DOES_NOT_EXIST")
      check_validate(step, plan);
    if (command == "repair" && step.contains("removed")) check_repair(step, before);
  }

  void check_migrate(const json& step, const json& before) {
    const auto start = rows_at_start(before, step.at("rows"));
    const Plan plan = make_plan(scripts_, start, plan_settings(settings_));
    const std::string error = step.value("error", "");
    Texts planned;
    for (const Entry* entry : plan.to_run) planned.push_back(entry->script->path);
    const Texts added = scripts_added(start, step.at("rows"));
    const bool validated = settings_.value("validateOnMigrate", "true") == "true";
    const auto faults = validate(plan, plan_settings(settings_), PendingIs::kAllowed);
    if (step.value("code", "") == "VALIDATE_ERROR") {
      std::string text = "Validate failed: Migrations have failed validation\n";
      for (const auto& fault : faults) text += fault.message + "\n";
      CHECK(error.substr(0, error.find("Need more flexibility")) == text);
    } else if (error.empty()) {
      CHECK((faults.empty() || !validated));
      CHECK(planned == added);
    } else if (is_beyond_the_plan(step.value("code", ""), error)) {
      CHECK(faults.empty());
      REQUIRE(planned.size() >= added.size());
      CHECK(Texts(planned.begin(), planned.begin() + static_cast<std::ptrdiff_t>(added.size())) == added);
    } else {
      REQUIRE(plan.faults.size() == 1);
      CHECK(error.starts_with(plan.faults.front()));
    }
  }

  void check_validate(const json& step, const Plan& plan) {
    if (!step.contains("faults")) {
      REQUIRE(plan.faults.size() == 1);
      CHECK(step.at("error").get<std::string>().starts_with(plan.faults.front()));
      return;
    }
    json faults = json::array();
    for (const auto& fault : validate(plan, plan_settings(settings_), PendingIs::kFault)) {
      faults.push_back({fault.code, fault.message});
    }
    CHECK(faults == step.at("faults"));
  }

  void check_repair(const json& step, const json& before) {
    const auto rows = rows_from(before);
    std::map<RepairAction::Kind, json> actions;
    for (const auto& action : plan_repair(scripts_, rows, plan_settings(settings_))) {
      actions[action.kind].push_back({action.entry.version_text(), action.entry.description()});
    }
    const auto done = [&](RepairAction::Kind kind) {
      return actions.count(kind) != 0 ? actions[kind] : json::array();
    };
    CHECK(done(RepairAction::Kind::kRemoveFailed) == step.at("removed"));
    CHECK(done(RepairAction::Kind::kMarkDeleted) == step.at("deleted"));
    CHECK(done(RepairAction::Kind::kAlign) == step.at("aligned"));
  }

  void check_info(const json& step) {
    const auto rows = rows_from(step.at("rows"));
    const Plan plan = make_plan(scripts_, rows, plan_settings(settings_));
    if (step.contains("info_error")) {
      INFO(to_text(scripts_.diagnostics));
      REQUIRE((scripts_.diagnostics.has_errors() || plan.faults.size() == 1));
      if (!scripts_.diagnostics.has_errors()) CHECK(plan.faults.front() == step.at("info_error"));
      return;
    }
    INFO(to_text(scripts_.diagnostics));
    REQUIRE_FALSE(scripts_.diagnostics.has_errors());
    if (kLazyPatterns.count(scenario_.at("name")) == 0) CHECK(plan.faults == Texts{});
    CHECK(lines_of_entries(plan) == lines_of_info(step.at("info")));
    const json current = plan.current ? json(plan.current->text()) : json(nullptr);
    CHECK(current == step.at("current"));
  }

  const json& scenario_;
  ScriptTree tree_;
  json settings_;
  ScriptSet scripts_;
};

}  // namespace

TEST_CASE("states, what runs, faults and repairs are Flyway's in every step of every scenario") {
  const json scenarios = flyway_vectors("history.json", "scenarios");
  CHECK(scenarios.size() > 100);
  for (const json& scenario : scenarios) {
    if (kExcluded.count(scenario.at("name")) != 0) continue;
    INFO(scenario.at("name"));
    Scenario(scenario).run();
  }
}
