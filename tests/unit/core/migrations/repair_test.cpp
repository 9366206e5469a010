#include <catch2/catch.hpp>

#include "core/migrations/plan.hpp"
#include "plan_input.hpp"

using namespace windlass::migrations;
using Texts = std::vector<std::string>;
using Rows = std::vector<HistoryRow>;

namespace {

Texts repairs(const ScriptSet& scripts, const Rows& rows, const PlanSettings& settings = {}) {
  Texts texts;
  for (const auto& action : plan_repair(scripts, rows, settings)) {
    const int rank = action.entry.row->installed_rank;
    switch (action.kind) {
      case RepairAction::Kind::kRemoveFailed: texts.push_back("remove " + std::to_string(rank)); break;
      case RepairAction::Kind::kMarkDeleted: texts.push_back("delete " + std::to_string(rank)); break;
      case RepairAction::Kind::kAlign: texts.push_back("align " + std::to_string(rank)); break;
    }
  }
  return texts;
}

}  // namespace

TEST_CASE("repair removes what failed, marks what is missing and aligns what differs, in this order") {
  const auto scripts = scripts_named({"V2__b.sql", "V3__other_name.sql", "V4__d.sql", "V6__f.sql"});
  Rows rows = {applied(1, "V1__a.sql"), applied(2, "V2__b.sql"),   applied(3, "V3__c.sql"),
               failed(4, "V4__d.sql"),  failed(5, "V5__gone.sql"), applied(6, "V6__f.sql"),
               applied(7, "R__r.sql"),  applied(8, "V9__z.sql")};
  rows[1].checksum.reset();
  rows[5].checksum = 7;
  CHECK(repairs(scripts, rows) ==
        Texts{"remove 4", "remove 5", "delete 1", "delete 7", "align 2", "align 3", "align 6"});
}

TEST_CASE("repair keeps what the patterns ignore") {
  const Rows rows = {applied(1, "V1__a.sql"), applied(2, "V2__b.sql"), applied(3, "V9__z.sql")};
  const auto scripts = scripts_named({"V2__b.sql"});
  PlanSettings settings;
  CHECK(repairs(scripts, rows, settings) == Texts{"delete 1"});
  settings.ignore_patterns = {"versioned:missing"};
  CHECK(repairs(scripts, rows, settings) == Texts{"delete 3"});
}

TEST_CASE("repair rewrites a repeatable's raw checksum and leaves an edited one to the next migrate") {
  ScriptSet scripts = scripts_named({"R__a.sql", "R__b.sql", "R__c.sql"});
  Rows rows = {applied(1, "R__a.sql"), applied(2, "R__b.sql"), applied(3, "R__c.sql")};
  scripts.scripts[0].checksum = 7;  // the raw one is in the row
  rows[1].checksum = 8;
  CHECK(repairs(scripts, rows) == Texts{"align 1"});
}

TEST_CASE("repair does not touch deleted, undone and synthetic rows, whatever the target") {
  const auto scripts = scripts_named({"V1__a.sql", "V2__b.sql", "U2__x.sql"});
  Rows rows = {marker(1, "BASELINE", "0", "base"),
               applied(2, "V1__a.sql"),
               marker(3, "DELETE", "1", "a"),
               applied(4, "V2__b.sql"),
               applied(5, "U2__x.sql"),
               marker(6, "SCHEMA", "", "s")};
  for (auto& row : rows) row.checksum = 7;
  PlanSettings settings;
  settings.target = "nonsense";
  CHECK(repairs(scripts, rows, settings).empty());
}
