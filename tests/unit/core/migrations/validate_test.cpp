#include <catch2/catch.hpp>

#include "core/migrations/plan.hpp"
#include "plan_input.hpp"

using namespace windlass::migrations;
using Texts = std::vector<std::string>;
using Rows = std::vector<HistoryRow>;

namespace {

PlanSettings ignoring(const Texts& patterns) {
  PlanSettings settings;
  settings.ignore_patterns = patterns;
  return settings;
}

Texts faults_of(const ScriptSet& scripts, const Rows& rows, const PlanSettings& settings = {},
                PendingIs pending = PendingIs::kFault) {
  const Plan plan = make_plan(scripts, rows, settings);
  Texts texts;
  for (const auto& fault : validate(plan, settings, pending)) {
    REQUIRE(fault.entry != nullptr);
    texts.push_back(fault.code + ": " + fault.message);
  }
  return texts;
}

HistoryRow changed(HistoryRow row, std::int32_t checksum) {
  row.checksum = checksum;
  return row;
}

const std::string kMissingOne =
    "APPLIED_VERSIONED_MIGRATION_NOT_RESOLVED: Detected applied migration not resolved locally: 1.\n"
    "If you removed this migration intentionally, run repair to mark the migration as deleted.";

}  // namespace

TEST_CASE("pending migrations are a fault of validate and no fault of migrate") {
  const auto scripts = scripts_named({"V1__a.sql", "R__r.sql"});
  CHECK(
      faults_of(scripts, {}) ==
      Texts{
          "RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED: Detected resolved migration not applied to database: "
          "1.\n"
          "To fix this error, either run migrate, or set -ignoreMigrationPatterns='*:pending'.",
          "RESOLVED_REPEATABLE_MIGRATION_NOT_APPLIED: Detected resolved repeatable migration not applied to "
          "database: r.\n"
          "To fix this error, either run migrate, or set -ignoreMigrationPatterns='*:pending'."});
  CHECK(faults_of(scripts, {}, {}, PendingIs::kAllowed).empty());
  CHECK(faults_of(scripts, {}, ignoring({"*:pending"})).empty());
  CHECK(faults_of(scripts, {}, ignoring({"versioned:pending"})).size() == 1);
}

TEST_CASE("failed migrations are faults that only a future one may escape") {
  const Rows rows = {failed(1, "V1__a.sql"), failed(2, "R__r.sql"), failed(3, "V9__z.sql")};
  const auto scripts = scripts_named({"V1__a.sql", "V2__b.sql", "R__r.sql"});
  const Texts both = {
      "FAILED_VERSIONED_MIGRATION: Detected failed migration to version 1 (a).\n"
      "Please remove any half-completed changes then run repair to fix the schema history.",
      "FAILED_REPEATABLE_MIGRATION: Detected failed repeatable migration: r.\n"
      "Please remove any half-completed changes then run repair to fix the schema history."};
  CHECK(faults_of(scripts, rows, {}, PendingIs::kAllowed).size() ==
        3);  // V2 is Ignored, below the future row
  CHECK(faults_of(scripts, rows, ignoring({"*:future", "*:ignored"}), PendingIs::kAllowed) == both);
  const Texts all = faults_of(scripts, rows, ignoring({"*:missing", "*:ignored"}), PendingIs::kAllowed);
  REQUIRE(all.size() == 3);
  CHECK(all.back() ==
        "FAILED_VERSIONED_MIGRATION: Detected failed migration to version 9 (z).\n"
        "Please remove any half-completed changes then run repair to fix the schema history.");
}

TEST_CASE("a failed migration whose script is gone is not covered by missing") {
  const Rows rows = {failed(1, "V1__a.sql"), applied(2, "V2__b.sql")};
  CHECK(faults_of(scripts_named({"V2__b.sql"}), rows, ignoring({"*:missing"})).size() == 1);
  CHECK(faults_of(scripts_named({"V2__b.sql"}), rows, ignoring({"*:*"})).empty());
}

TEST_CASE("migrations without their script are faults unless they are missing or future on purpose") {
  const Rows missing = {applied(1, "V1__a.sql"), applied(2, "V2__b.sql"), applied(3, "R__r.sql")};
  const auto scripts = scripts_named({"V2__b.sql"});
  CHECK(
      faults_of(scripts, missing) ==
      Texts{kMissingOne,
            "APPLIED_REPEATABLE_MIGRATION_NOT_RESOLVED: Detected applied migration not resolved locally: r.\n"
            "If you removed this migration intentionally, run repair to mark the migration as deleted."});
  CHECK(faults_of(scripts, missing, ignoring({"*:missing"})).empty());
  CHECK(faults_of(scripts, missing, ignoring({"Repeatable:MISSING "})) == Texts{kMissingOne});

  const Rows future = {applied(1, "V1__a.sql")};
  CHECK(faults_of({}, future).empty());  // *:future is the default
  CHECK(faults_of({}, future, ignoring({})) == Texts{kMissingOne});
}

TEST_CASE("an older script that was never applied is a fault unless it may run or be ignored") {
  const Rows rows = {applied(1, "V2__b.sql")};
  const auto scripts = scripts_named({"V1__a.sql", "V2__b.sql"});
  CHECK(faults_of(scripts, rows) ==
        Texts{"RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED: Detected resolved migration not applied to "
              "database: 1.\n"
              "To ignore this migration, set -ignoreMigrationPatterns='*:ignored'. To allow executing this "
              "migration, "
              "set -outOfOrder=true."});
  CHECK(faults_of(scripts, rows, ignoring({"*:ignored"})).empty());
  PlanSettings out_of_order;
  out_of_order.out_of_order = true;
  CHECK(faults_of(scripts, rows, out_of_order, PendingIs::kAllowed).empty());
}

TEST_CASE("scripts above the target are no fault") {
  PlanSettings settings;
  settings.target = "1";
  const Rows rows = {applied(1, "V1__a.sql")};
  CHECK(faults_of(scripts_named({"V1__a.sql", "V2__b.sql"}), rows, settings).empty());
}

TEST_CASE("an edited repeatable is a fault of validate only") {
  const Rows rows = {changed(applied(1, "R__r.sql"), 7)};
  const auto scripts = scripts_named({"R__r.sql"});
  CHECK(faults_of(scripts, rows).front() ==
        "OUTDATED_REPEATABLE_MIGRATION: Detected outdated resolved repeatable migration that should be "
        "re-applied to "
        "database: r.\n"
        "Run migrate to execute this migration.");
  CHECK(faults_of(scripts, rows, {}, PendingIs::kAllowed).empty());
}

TEST_CASE("a row that differs from its script is a fault: type, then checksum, then description") {
  const auto scripts = scripts_named({"V1__a.sql", "R__r.sql"});
  const Rows checksum = {changed(applied(1, "V1__a.sql"), 7), applied(2, "R__r.sql")};
  const std::string resolved = std::to_string(scripts.scripts[0].checksum);
  CHECK(faults_of(scripts, checksum) ==
        Texts{"CHECKSUM_MISMATCH: Migration checksum mismatch for migration version 1\n"
              "-> Applied to database : 7\n"
              "-> Resolved locally    : " +
              resolved +
              "\n"
              "Either revert the changes to the migration, or run repair to update the schema history."});

  Rows description = {applied(1, "V1__a.sql"), applied(2, "R__r.sql")};
  description[0].description = "b";
  CHECK(faults_of(scripts, description) ==
        Texts{"DESCRIPTION_MISMATCH: Migration description mismatch for migration version 1\n"
              "-> Applied to database : b\n"
              "-> Resolved locally    : a\n"
              "Either revert the changes to the migration, or run repair to update the schema history."});

  Rows type = {applied(1, "V1__a.sql"), applied(2, "R__r.sql")};
  type[1].type = "JDBC";
  CHECK(faults_of(scripts, type) ==
        Texts{"TYPE_MISMATCH: Migration type mismatch for migration R__r.sql\n"
              "-> Applied to database : JDBC\n"
              "-> Resolved locally    : SQL\n"
              "Either revert the changes to the migration, or run repair to update the schema history."});
}

TEST_CASE("what a row does not say cannot differ") {
  Rows rows = {applied(1, "V1.sql")};
  rows[0].checksum.reset();
  rows[0].description = "<< no description >>";
  CHECK(faults_of(scripts_named({"V1.sql"}), rows).empty());
}

TEST_CASE("rows that a baseline covers are not compared") {
  const auto scripts = scripts_named({"V1__a.sql", "V2__b.sql"});
  const Rows rows = {changed(applied(1, "V1__a.sql"), 7), marker(2, "BASELINE", "1", "base"),
                     changed(applied(3, "V2__b.sql"), 7)};
  CHECK(faults_of(scripts, rows).size() == 1);
}

TEST_CASE("deleted rows, and rows that delete and undo, are no faults") {
  const Rows rows = {applied(1, "V1__a.sql"), marker(2, "DELETE", "1", "a"), applied(3, "R__r.sql"),
                     marker(4, "DELETE", "", "r"), marker(5, "SCHEMA", "", "<< Flyway Schema Creation >>")};
  CHECK(faults_of({}, rows, ignoring({})).empty());
}

TEST_CASE("patterns that are none are faults of the plan, with Flyway's texts") {
  const auto fault = [](const std::string& pattern) { return make_plan({}, {}, ignoring({pattern})).faults; };
  CHECK(fault("missing") ==
        Texts{"Invalid pattern 'missing'. Pattern must be of the form <migration_type>:<migration_state>"});
  CHECK(fault("*:") ==
        Texts{"Invalid pattern '*:'. Pattern must be of the form <migration_type>:<migration_state>"});
  CHECK(fault("a:b:c") ==
        Texts{"Invalid pattern 'a:b:c'. Pattern must be of the form <migration_type>:<migration_state>"});
  CHECK(fault("java:missing") ==
        Texts{"Invalid migration type 'java'. Valid types are: [*, repeatable, versioned]"});
  CHECK(fault("*:gone") ==
        Texts{"Invalid migration state 'gone'. Valid states are: [*, missing, pending, ignored, future]"});
  CHECK(fault("").empty());
}
