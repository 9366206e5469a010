#include "core/migrations/plan.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <type_traits>

#include "plan_input.hpp"

using namespace windlass::migrations;
using Texts = std::vector<std::string>;
using Rows = std::vector<HistoryRow>;

namespace {

PlanSettings with_target(const std::string& target) {
  PlanSettings settings;
  settings.target = target;
  return settings;
}

std::optional<std::string> text_of(const std::optional<Version>& version) {
  if (!version) return std::nullopt;
  return version->text();
}

}  // namespace

TEST_CASE("a plan is moved, never copied, and its pointers stay good") {
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Plan>);
  const auto scripts = scripts_named({"V1__a.sql"});
  Plan plan = make_plan(scripts, {}, {});
  const Plan moved = std::move(plan);
  REQUIRE(moved.to_run.size() == 1);
  CHECK(moved.to_run.front() == &moved.entries.front());
}

TEST_CASE("an undone version shows as Undone and is pending again") {
  const auto scripts = scripts_named({"V1__a.sql", "V2__b.sql", "U2__b.sql"});
  Rows rows = {applied(1, "V1__a.sql"), applied(2, "V2__b.sql"), applied(3, "U2__b.sql")};
  const Plan undone = make_plan(scripts, rows, {});
  CHECK(lines_of(undone) ==
        Texts{"1 a SQL Success", "2 b SQL Undone", "2 b UNDO_SQL Success", "2 b SQL Pending"});
  CHECK(text_of(undone.current) == "1");
  CHECK(text_of(undone.target) == "2");
  CHECK(names_to_run(undone) == Texts{"V2__b.sql"});
  CHECK(validate(undone, {}, PendingIs::kAllowed).empty());

  rows.push_back(applied(4, "V2__b.sql"));
  const Plan again = make_plan(scripts, rows, {});
  CHECK(lines_of(again) == Texts{"1 a SQL Success", "2 b SQL Undone", "2 b UNDO_SQL Success",
                                 "2 b SQL Success", "2 b UNDO_SQL Available"});
  CHECK(text_of(again.current) == "2");
  CHECK(again.to_run.empty());
  CHECK_FALSE(again.target.has_value());

  rows.push_back(applied(5, "U2__b.sql"));
  const Plan twice = make_plan(scripts, rows, {});
  CHECK(lines_of(twice) == Texts{"1 a SQL Success", "2 b SQL Undone", "2 b UNDO_SQL Success",
                                 "2 b SQL Undone", "2 b UNDO_SQL Success", "2 b SQL Pending"});
}

TEST_CASE("an undone version whose script is gone is no fault") {
  const Rows rows = {applied(1, "V1__a.sql"), applied(2, "V2__b.sql"), applied(3, "U2__b.sql")};
  const auto scripts = scripts_named({"V1__a.sql"});
  const Plan plan = make_plan(scripts, rows, {});
  CHECK(lines_of(plan) == Texts{"1 a SQL Success", "2 b SQL Undone", "2 b UNDO_SQL Success"});
  CHECK(validate(plan, {}, PendingIs::kFault).empty());
  CHECK(plan_repair(scripts, rows, {}).empty());
}

TEST_CASE("an undo that failed undoes nothing and stops everything") {
  const auto scripts = scripts_named({"V1__a.sql", "U1__a.sql"});
  const Rows rows = {applied(1, "V1__a.sql"), failed(2, "U1__a.sql")};
  const Plan plan = make_plan(scripts, rows, {});
  CHECK(lines_of(plan) == Texts{"1 a SQL Success", "1 a UNDO_SQL Failed", "1 a UNDO_SQL Available"});
  CHECK(plan.has_failed());
}

TEST_CASE("an undo row with nothing to undo changes nothing") {
  const Rows rows = {applied(1, "U7__x.sql")};
  const auto scripts = scripts_named({"V1__a.sql"});
  const Plan plan = make_plan(scripts, rows, {});
  CHECK(lines_of(plan) == Texts{"7 x UNDO_SQL Success", "1 a SQL Pending"});
  CHECK_FALSE(plan.current.has_value());
}

TEST_CASE("when everything is undone a baseline script counts again") {
  const auto scripts = scripts_named({"V1__a.sql", "B2__b.sql", "V3__c.sql"});
  const Rows rows = {applied(1, "V1__a.sql"), applied(2, "U1__a.sql")};
  CHECK(names_to_run(make_plan(scripts, rows, {})) == Texts{"B2__b.sql", "V3__c.sql"});
}

TEST_CASE("undo scripts are available only for versions that are applied") {
  const auto scripts = scripts_named({"V1__a.sql", "U1__a.sql", "V2__b.sql", "U2__b.sql", "U5__base.sql"});
  const Rows rows = {marker(1, "BASELINE", "0.5", "base"), applied(2, "V1__a.sql")};
  CHECK(lines_of(make_plan(scripts, rows, {})) ==
        Texts{"0.5 base BASELINE Baseline", "1 a SQL Success", "1 a UNDO_SQL Available", "2 b SQL Pending"});
}

TEST_CASE("a fresh database runs the newest baseline script and what lies above it, whatever the target") {
  const auto scripts = scripts_named(
      {"V1__a.sql", "B2__old.sql", "V3__c.sql", "B3__new.sql", "V4__d.sql", "V5__e.sql", "R__r.sql"});
  CHECK(lines_of(make_plan(scripts, {}, {})) ==
        Texts{"1 a SQL Below Baseline", "2 old SQL_BASELINE Below Baseline", "3 c SQL Ignored (Baseline)",
              "3 new SQL_BASELINE Pending", "4 d SQL Pending", "5 e SQL Pending", "- r SQL Pending"});
  const Plan held = make_plan(scripts, {}, with_target("1"));
  CHECK(names_to_run(held) == Texts{"B3__new.sql", "R__r.sql"});
  CHECK(text_of(held.target) == "3");
}

TEST_CASE("an existing history ignores baseline scripts") {
  const auto scripts = scripts_named({"V1__a.sql", "B1__same.sql", "B2__b.sql", "V3__c.sql", "B9__z.sql"});
  const Rows rows = {applied(1, "V1__a.sql"), applied(2, "V3__c.sql")};
  const Plan plan = make_plan(scripts, rows, {});
  CHECK(lines_of(plan) == Texts{"1 a SQL Success", "3 c SQL Success", "1 same SQL_BASELINE Ignored",
                                "2 b SQL_BASELINE Ignored", "9 z SQL_BASELINE Ignored"});
  CHECK(validate(plan, {}, PendingIs::kFault).empty());
}

TEST_CASE("the states of a baseline script's row") {
  const auto with = scripts_named({"B2__b.sql", "V3__c.sql"});
  const auto without = scripts_named({"V3__c.sql"});
  const Rows good = {applied(1, "B2__b.sql")};
  const Rows bad = {failed(1, "B2__b.sql")};
  CHECK(lines_of(make_plan(with, good, {})).front() == "2 b SQL_BASELINE Baseline");
  CHECK(lines_of(make_plan(with, bad, {})).front() == "2 b SQL_BASELINE Failed");
  CHECK(lines_of(make_plan(without, good, {})).front() == "2 b SQL_BASELINE Missing");
  CHECK(lines_of(make_plan({}, good, {})).front() == "2 b SQL_BASELINE Future");
  CHECK(text_of(make_plan(with, good, {}).baseline) == "2");
}

TEST_CASE("rows whose script is gone are missing below the newest script and future above it") {
  const auto scripts = scripts_named({"V5__e.sql"});
  const Rows rows = {applied(1, "V1__a.sql"), failed(2, "V2__b.sql"), applied(3, "V5__e.sql"),
                     applied(4, "V6__f.sql"), failed(5, "V7__g.sql"), applied(6, "R__r.sql"),
                     applied(7, "R__r.sql")};
  CHECK(lines_of(make_plan(scripts, rows, {})) ==
        Texts{"1 a SQL Missing", "2 b SQL Failed (Missing)", "5 e SQL Success", "6 f SQL Future",
              "7 g SQL Failed (Future)", "- r SQL Superseded", "- r SQL Missing"});
}

TEST_CASE("legacy types are read under their present names") {
  const Rows rows = {marker(1, "SPRING_JDBC", "1", "a"), marker(2, "SQL_STATE_SCRIPT", "2", "b"),
                     marker(3, "JDBC_STATE_SCRIPT", "3", "c")};
  const auto scripts = scripts_named({"B2__b.sql", "V9__z.sql"});
  CHECK(lines_of(make_plan(scripts, rows, {})) == Texts{"1 a JDBC Missing", "2 b SQL_BASELINE Baseline",
                                                        "3 c JDBC_BASELINE Missing", "9 z SQL Pending"});
}

TEST_CASE("a target is a version that exists, or a word in any case") {
  const auto scripts = scripts_named({"V1__a.sql", "V2__b.sql", "V3__c.sql", "R__r.sql"});
  const Rows rows = {applied(1, "V1__a.sql")};
  struct Case {
    std::string target;
    Texts to_run;
  };
  const std::vector<Case> cases = {
      {"latest", {"V2__b.sql", "V3__c.sql", "R__r.sql"}},
      {"LATEST", {"V2__b.sql", "V3__c.sql", "R__r.sql"}},
      {"current", {"R__r.sql"}},
      {"Next", {"V2__b.sql"}},
      {"2", {"V2__b.sql", "R__r.sql"}},
      {"02.0", {"V2__b.sql", "R__r.sql"}},
      {"1", {"R__r.sql"}},
      {"2.5?", {"V2__b.sql", "R__r.sql"}},
      {"9?", {"V2__b.sql", "V3__c.sql", "R__r.sql"}},
  };
  for (const auto& [target, to_run] : cases) {
    INFO(target);
    const Plan plan = make_plan(scripts, rows, with_target(target));
    CHECK(plan.faults.empty());
    CHECK(names_to_run(plan) == to_run);
  }
}

TEST_CASE("target words on histories without anything before or after") {
  const auto scripts = scripts_named({"V1__a.sql", "R__b.sql", "R__r.sql"});
  CHECK(names_to_run(make_plan(scripts, {}, with_target("current"))) == Texts{"R__b.sql", "R__r.sql"});
  const Rows rows = {applied(1, "V1__a.sql")};
  CHECK(names_to_run(make_plan(scripts, rows, with_target("next"))) == Texts{"R__b.sql"});
  CHECK(names_to_run(make_plan({}, {}, with_target("next"))).empty());
  const Rows gone = {applied(1, "V7__gone.sql")};
  CHECK(make_plan(scripts, gone, with_target("7")).faults.empty());
}

TEST_CASE("a target that is no version or does not exist is a fault and nothing runs") {
  const auto scripts = scripts_named({"V1__a.sql", "U2__undo_only.sql"});
  struct Case {
    std::string target;
    std::string fault;
  };
  const std::vector<Case> cases = {
      {"abc", "Version may only contain 0..9 and . (dot). Invalid version: abc"},
      {"", "Version may only contain 0..9 and . (dot). Invalid version: "},
      {"latest?", "Version may only contain 0..9 and . (dot). Invalid version: latest?"},
      {"2",
       "No migration with a target version 2 could be found. Ensure target is specified correctly and the "
       "migration "
       "exists."},
  };
  for (const auto& [target, fault] : cases) {
    const Plan plan = make_plan(scripts, {}, with_target(target));
    CHECK(plan.faults == Texts{fault});
    CHECK(plan.to_run.empty());
  }
}

TEST_CASE("a run ends at the highest version, also when it fills a gap") {
  const auto scripts = scripts_named({"V1__a.sql", "V2__b.sql", "V3__c.sql"});
  const Rows rows = {applied(1, "V1__a.sql"), applied(2, "V3__c.sql")};
  PlanSettings settings;
  settings.out_of_order = true;
  const Plan plan = make_plan(scripts, rows, settings);
  CHECK(names_to_run(plan) == Texts{"V2__b.sql"});
  CHECK(text_of(plan.target) == "3");
  CHECK(make_plan(scripts, rows, {}).to_run.empty());
}

TEST_CASE("a history that cannot be read is a fault with Flyway's text") {
  const Rows words = {marker(1, "SQL", "<< Next Version >>", "n")};
  const auto scripts = scripts_named({"V1__a.sql"});
  const Plan plan = make_plan(scripts, words, {});
  CHECK(plan.faults ==
        Texts{"Version may only contain 0..9 and . (dot). Invalid version: << Next Version >>"});
  CHECK(lines_of(plan) == Texts{"<< Next Version >> n SQL Missing", "1 a SQL Pending"});
  CHECK(plan.to_run.empty());

  const Rows deleted_twice = {applied(1, "V1__a.sql"), marker(2, "DELETE", "1", "a"),
                              marker(3, "DELETE", "1", "a")};
  CHECK(make_plan({}, deleted_twice, {}).faults ==
        Texts{"Corrupted schema history: multiple delete entries for version 1"});
  const Rows deletes_nothing = {marker(1, "DELETE", "1", "a")};
  CHECK(make_plan({}, deletes_nothing, {}).faults.empty());
}

TEST_CASE("rows count by rank, in whatever order they are given") {
  const auto scripts = scripts_named({"V1__a.sql", "V2__b.sql"});
  const Rows rows = {applied(3, "V1__a.sql"), marker(2, "DELETE", "1", "a"), applied(1, "V1__a.sql")};
  CHECK(lines_of(make_plan(scripts, rows, {})) ==
        Texts{"1 a SQL Deleted", "1 a SQL Success", "2 b SQL Pending"});
}

TEST_CASE("a long description finds its repeatable again") {
  const std::string file = "R__" + std::string(250, 'x') + ".sql";
  HistoryRow row = applied(1, file);
  row.description = std::string(197, 'x') + "...";
  const Rows rows = {row};
  const auto scripts = scripts_named({file});
  CHECK(lines_of(make_plan(scripts, rows, {})) == Texts{"- " + row.description + " SQL Success"});
}

TEST_CASE("a rollback undoes what is above its target, last applied first") {
  const Rows rows = {marker(1, "BASELINE", "1", "base"),
                     applied(2, "V2__b.sql"),
                     applied(3, "V4__d.sql"),
                     applied(4, "V3__c.sql"),
                     applied(5, "V5__e.sql"),
                     applied(6, "U5__e.sql"),
                     applied(7, "V6__f.sql"),
                     marker(8, "DELETE", "6", "f"),
                     applied(9, "R__r.sql"),
                     failed(10, "V7__g.sql")};
  const auto versions_above = [&](const std::string& target) {
    const Plan plan = make_plan({}, rows, {});
    Texts versions;
    for (const Entry* entry : plan_rollback(plan, *Version::parse(target)))
      versions.push_back(entry->version_text());
    return versions;
  };
  CHECK(versions_above("2") == Texts{"7", "3", "4"});
  CHECK(versions_above("3.0") == Texts{"7", "4"});
  CHECK(versions_above("0") == Texts{"7", "3", "4", "2", "1"});
  CHECK(versions_above("7").empty());
}

TEST_CASE("every state has a name of its own") {
  std::set<std::string_view> names;
  for (int state = 0; state <= static_cast<int>(State::kDeleted); ++state) {
    names.insert(state_name(static_cast<State>(state)));
  }
  CHECK(names.size() == static_cast<std::size_t>(State::kDeleted) + 1);
  CHECK(names.count("") == 0);
}
