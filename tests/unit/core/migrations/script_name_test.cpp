#include "core/migrations/script_name.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "core/base/text.hpp"
#include "flyway_vectors.hpp"

using windlass::split;
using windlass::migrations::callback_events;
using windlass::migrations::flyway_vectors;
using windlass::migrations::NameFault;
using windlass::migrations::NamingRules;
using windlass::migrations::parse_script_name;
using windlass::migrations::ScriptKind;
using windlass::migrations::ScriptName;

namespace {

// Where Windlass differs from Flyway on purpose.
const std::map<std::string, std::string> kRefused = {
    {"V-20__neg.sql", "signs are no part of a version"},
    {"V+21__plus.sql", "signs are no part of a version"},
    {"V-11__x.sql", "signs are no part of a version"},
    {"V9223372036854775807__latestnumber.sql", "Flyway stores << Latest Version >> and breaks on it"},
    {"V\xD9\xA4\xD9\xA1__arabic.sql", "digits are ASCII digits"},
    {"R.sql", "Flyway drops it without a word, also when names are validated"},
};
const std::set<std::string> kUndo = {"U53__u.sql", "U54.sql", "U5__u.sql"};  // a paid feature of Flyway

NamingRules rules_from(const nlohmann::json& settings) {
  NamingRules rules;
  const auto set = [&](const char* key, std::string& rule) {
    if (settings.contains(key)) rule = settings.at(key);
  };
  set("sqlMigrationPrefix", rules.versioned_prefix);
  set("repeatableSqlMigrationPrefix", rules.repeatable_prefix);
  set("baselineMigrationPrefix", rules.baseline_prefix);
  set("undoSqlMigrationPrefix", rules.undo_prefix);
  set("sqlMigrationSeparator", rules.separator);
  if (settings.contains("sqlMigrationSuffixes")) {
    rules.suffixes = split(settings.at("sqlMigrationSuffixes").get<std::string>(), ',');
    if (rules.suffixes.empty()) rules.suffixes = {""};
  }
  return rules;
}

std::string category_of(ScriptKind kind) {
  switch (kind) {
    case ScriptKind::kVersioned: return "Versioned";
    case ScriptKind::kRepeatable: return "Repeatable";
    case ScriptKind::kBaseline: return "Baseline";
    case ScriptKind::kUndo: return "Undo";
    case ScriptKind::kCallback: return "Callback";
  }
  return {};
}

const ScriptName* name_of(const std::optional<std::variant<ScriptName, NameFault>>& parsed) {
  return parsed ? std::get_if<ScriptName>(&*parsed) : nullptr;
}

std::string fault_of(const std::string& file) {
  const auto parsed = parse_script_name(file, NamingRules{});
  return parsed && std::holds_alternative<NameFault>(*parsed) ? std::get<NameFault>(*parsed).message : "";
}

}  // namespace

TEST_CASE("every file name of the vectors is read as Flyway reads it") {
  for (const auto& vector : flyway_vectors("names.json", "names")) {
    const std::string file = vector.at("name");
    INFO(vector);
    if (vector.contains("error")) continue;  // Flyway's own duplicate find, or its refusal of the undo prefix
    const auto parsed = parse_script_name(file, rules_from(vector.at("settings")));
    const ScriptName* name = name_of(parsed);
    if (kRefused.count(file) != 0) {
      CHECK(name == nullptr);
    } else if (kUndo.count(file) != 0) {
      CHECK(name != nullptr);
    } else if (vector.value("type", "") == "SCRIPT") {
      CHECK_FALSE(parsed.has_value());  // shell and Python migrations are the `command` layout's business
    } else if (!vector.at("recognised").get<bool>()) {
      CHECK((name == nullptr || name->kind == ScriptKind::kCallback));  // Flyway's info lists no callbacks
    } else {
      REQUIRE(name != nullptr);
      CHECK(category_of(name->kind) == vector.at("category"));
      CHECK((name->version ? name->version->text() : "") == vector.at("version"));
      CHECK(name->description == vector.at("description"));
    }
  }
}

TEST_CASE("a name that is no migration's is refused with Flyway's text") {
  for (const auto& vector : flyway_vectors("names.json", "strict")) {
    const std::string file = vector.at("name");
    INFO(vector);
    if (kRefused.count(file) != 0 || kUndo.count(file) != 0) continue;
    const std::string fault = fault_of(file);
    if (vector.at("ok").get<bool>()) {
      CHECK(fault.empty());
    } else {
      CHECK("Invalid SQL filenames found:\r\n" + fault == vector.at("error"));
    }
  }
}

TEST_CASE("names that Windlass refuses and Flyway does not say why") {
  CHECK(
      fault_of("Vlatest__x.sql") ==
      "Invalid versioned migration name format: Vlatest__x.sql (could not recognise version number latest)");
  CHECK(fault_of("V-5__x.sql") ==
        "Invalid versioned migration name format: V-5__x.sql (could not recognise version number -5)");
  CHECK(fault_of("R.sql") ==
        "Invalid repeatable migration / callback name format: R.sql (It cannot contain a version and should "
        "look "
        "like this: R__description.sql)");
  CHECK(fault_of("U__x.sql") ==
        "Invalid versioned migration name format: U__x.sql (It must contain a version and should look like "
        "this: "
        "U1.2__x.sql)");
}

TEST_CASE("undo scripts and callbacks are recognised") {
  const auto undo = parse_script_name("U1_2__drop_orders.sql", NamingRules{});
  REQUIRE(name_of(undo) != nullptr);
  CHECK(name_of(undo)->kind == ScriptKind::kUndo);
  CHECK(name_of(undo)->version->text() == "1.2");
  CHECK(name_of(undo)->description == "drop orders");

  struct Case {
    std::string file;
    std::string event;
    std::string description;
  };
  const std::vector<Case> cases = {
      {"beforeMigrate.sql", "beforeMigrate", ""},
      {"beforeMigrate__a_b.sql", "beforeMigrate", "a b"},
      {"afterMigrateError.sql", "afterMigrateError", ""},
      {"afterEachMigrateStatementError__x.sql", "afterEachMigrateStatementError", "x"},
      {"afterMigrate__.sql", "afterMigrate", ""}};
  for (const auto& [file, event, description] : cases) {
    INFO(file);
    const auto parsed = parse_script_name(file, NamingRules{});
    REQUIRE(name_of(parsed) != nullptr);
    CHECK(name_of(parsed)->kind == ScriptKind::kCallback);
    CHECK(name_of(parsed)->event == event);
    CHECK(name_of(parsed)->description == description);
    CHECK_FALSE(name_of(parsed)->version.has_value());
  }
}

TEST_CASE("an empty undo or baseline prefix means that there are no such scripts") {
  NamingRules rules;
  rules.undo_prefix = "";
  rules.baseline_prefix = "";
  for (const std::string file : {"U1__a.sql", "B1__a.sql", "1__a.sql"}) {
    INFO(file);
    CHECK(name_of(parse_script_name(file, rules)) == nullptr);
  }
}

TEST_CASE("no callback event is listed twice") {
  std::set<std::string_view> distinct;
  for (const auto& event : callback_events()) distinct.insert(event.name);
  CHECK(distinct.size() == callback_events().size());
}
