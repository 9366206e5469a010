#include "hook/phases/decide.hpp"

#include <catch2/catch.hpp>

namespace windlass::hook {
namespace {

using migrations::HistoryRow;

const HistoryRow kRow{1, "1", "a", "SQL", "V1__a.sql", 1, "me", "", 0, true};

migrations::ScriptSet one_script() {
  migrations::ScriptSet set;
  migrations::Script script;
  script.name = {migrations::ScriptKind::kVersioned, migrations::Version::parse("1"), "a", ""};
  script.path = "V1__a.sql";
  script.checksum = 1;
  set.scripts.push_back(std::move(script));
  return set;
}

// A state to decide on, as its case changes it.
struct Case {
  Settings settings;
  DatabaseState database;
  std::vector<migrations::ValidateFault> faults;

  Case() {
    settings.validate_on_migrate = true;
    settings.create_schemas = true;
    database.schemas = {"public"};
  }

  MigrateDecision decide() const {
    const auto scripts = one_script();  // the plan points into them
    return decide_migrate(settings, database, migrations::make_plan(scripts, database.rows, {}), faults);
  }
  MigrateAction action() const {
    const auto decision = decide();
    REQUIRE_FALSE(decision.refusal);
    return decision.action;
  }
  // "80 message | hint".
  std::string refusal() const {
    const auto decision = decide();
    REQUIRE(decision.refusal);
    CHECK(decision.action == MigrateAction::kNothing);
    return std::to_string(static_cast<int>(decision.refusal->code())) + " " + decision.refusal->what() +
           " | " + decision.refusal->hint();
  }
};

}  // namespace

TEST_CASE("what migrate does follows from history, objects, schemas and what is pending") {
  struct Situation {
    bool history;
    bool applied;
    bool empty;
    bool schema_missing;
    bool baseline_on_migrate;
    MigrateAction action;
  };
  using enum MigrateAction;
  const std::vector<Situation> rows{
      {false, false, true, false, false, kApply},        {false, false, true, false, true, kApply},
      {false, false, true, true, false, kApply},         {false, false, false, false, true, kBaselineFirst},
      {true, false, true, false, false, kApply},         {true, true, true, false, false, kNothing},
      {true, true, true, true, false, kApply},           {true, true, false, false, true, kNothing},
      {false, false, false, true, true, kBaselineFirst},
  };
  for (const auto& row : rows) {
    Case one;
    one.database.history_exists = row.history;
    if (row.applied) one.database.rows = {kRow};
    one.database.schemas_empty = row.empty;
    if (row.schema_missing) one.database.missing_schemas = {"app"};
    one.settings.baseline_on_migrate = row.baseline_on_migrate;
    INFO(&row - rows.data());
    CHECK(one.action() == row.action);
  }
}

TEST_CASE("a refusal comes before anything else that would be done") {
  Case one;
  SECTION("a fault of the validation") {
    one.faults = {{"CHECKSUM_MISMATCH", "text of the fault", nullptr},
                  {"OTHER", "another\nof two lines", nullptr}};
    CHECK(one.refusal() ==
          "65 the scripts and the history table disagree in 2 places | Put the scripts back as they were "
          "applied, "
          "or run repair if the change is meant.");
    CHECK(one.decide().refusal->details() ==
          "text of the fault [CHECKSUM_MISMATCH]\nanother\nof two lines [OTHER]\n");
  }
  SECTION("a fault of the validation, which is switched off") {
    one.faults = {{"CHECKSUM_MISMATCH", "text of the fault", nullptr}};
    one.settings.validate_on_migrate = false;
    CHECK(one.action() == MigrateAction::kApply);
  }
  SECTION("a failed row") {
    one.database.history_exists = true;
    one.database.rows = {kRow};
    one.database.rows[0].success = false;
    CHECK(one.refusal() ==
          "79 the history table holds a failed migration | Put the database right, then run repair, then "
          "migrate.");
  }
  SECTION("schemas that may not be created") {
    one.settings.create_schemas = false;
    one.database.missing_schemas = {"app", "web"};
    CHECK(one.refusal() == "78 missing: schema app, web | Create it, or set create-schemas.");
  }
  SECTION("objects without a history") {
    one.database.schemas_empty = false;
    CHECK(one.refusal() ==
          "80 schema public holds objects but no history table | Run baseline with the version that the "
          "database "
          "is at, or set baseline-on-migrate.");
  }
}

TEST_CASE("a script in flight is gone on with, and any other stops the run before it builds on half of it") {
  Case pending;
  pending.database.history_exists = true;
  pending.database.in_flight = {"V1__a.sql"};
  CHECK(pending.action() == MigrateAction::kApply);
  Case undo = pending;
  undo.database.in_flight = {"U1__a.sql"};
  CHECK(undo.refusal() ==
        "79 U1__a.sql is partly applied, and this run would not go on with it | Run windlass-hook inspect to "
        "see it, "
        "and windlass-hook resume to go on with it. If its script is gone from the locations, put it back.");
}

}  // namespace windlass::hook
