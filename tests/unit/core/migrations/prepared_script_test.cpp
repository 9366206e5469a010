#include "core/migrations/prepared_script.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace windlass;
using namespace windlass::migrations;

namespace {

Preparation prepare(const std::string& text, std::optional<bool> in_transaction = std::nullopt) {
  PlaceholderRules placeholders;
  placeholders.values = {{"table", "orders_of_the_year"}};
  return prepare_script({"V1__a.sql", "sql/V1__a.sql", text, in_transaction}, placeholders, 15);
}

std::string faults(const Preparation& preparation) {
  std::string text;
  for (const auto& fault : preparation.diagnostics.list()) {
    text += fault.rule + " " + to_string(fault.position) + " " + fault.message + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("a BEGIN and COMMIT around everything are left out, whatever their spelling") {
  for (const std::string text : {"BEGIN; CREATE TABLE t (id int); COMMIT;",
                                 "-- x\nbegin transaction;\nCREATE TABLE t (id int);\nend work;\n-- y\n",
                                 "START TRANSACTION; CREATE TABLE t (id int); COMMIT"}) {
    INFO(text);
    const auto prepared = prepare(text);
    CHECK(prepared.diagnostics.empty());
    CHECK(prepared.script.skipped == std::vector<bool>{true, false, true});
    CHECK(prepared.script.mode == RunMode::kTransaction);
  }
}

TEST_CASE("transaction control anywhere else is refused where it stands") {
  struct Case {
    std::string text, expected;
  };
  const std::vector<Case> cases = {
      {"SELECT 1;\nCOMMIT;\n", "transaction-control sql/V1__a.sql:2:1 COMMIT inside a script\n"},
      {"BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;",
       "transaction-control sql/V1__a.sql:1:18 COMMIT inside a script\n"
       "transaction-control sql/V1__a.sql:1:26 BEGIN inside a script\n"},
      {"BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT;",
       "transaction-control sql/V1__a.sql:1:1 BEGIN inside a script\n"
       "transaction-control sql/V1__a.sql:1:47 COMMIT inside a script\n"},
      {"SAVEPOINT a; SELECT 1; RELEASE SAVEPOINT a;", ""},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(faults(prepare(text)) == expected);
  }
}

TEST_CASE("what cannot run in a transaction runs stepwise, alone or beside SET") {
  for (const std::string text :
       {"CREATE INDEX CONCURRENTLY i ON t (a);",
        "SET statement_timeout = 0; CREATE INDEX CONCURRENTLY i ON t (a); RESET ALL;"}) {
    INFO(text);
    const auto prepared = prepare(text);
    CHECK(prepared.diagnostics.empty());
    CHECK(prepared.script.mode == RunMode::kStepwise);
  }
  const std::string mixed = "CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);\n";
  CHECK(faults(prepare(mixed)) ==
        "mixed-transaction sql/V1__a.sql:2:1 CREATE INDEX CONCURRENTLY cannot run inside a transaction, but "
        "the "
        "script's other statements should\n");
  CHECK(faults(prepare("BEGIN;\nCREATE INDEX CONCURRENTLY i ON t (a);\nCOMMIT;\n")) ==
        "mixed-transaction sql/V1__a.sql:2:1 CREATE INDEX CONCURRENTLY cannot run inside a transaction, but "
        "the "
        "script says BEGIN\n");
  CHECK(prepare(mixed, false).diagnostics.empty());
  CHECK(prepare(mixed, false).script.mode == RunMode::kStepwise);
  CHECK(prepare("SELECT 1;", false).script.mode == RunMode::kStepwise);
}

TEST_CASE("a place behind a placeholder is the place in the file") {
  CHECK(faults(prepare("SELECT 1 FROM ${table}; COMMIT;")) ==
        "transaction-control sql/V1__a.sql:1:25 COMMIT inside a script\n");
  CHECK(faults(prepare("SELECT ${missing};")) ==
        " sql/V1__a.sql:1:8 no value for the placeholder ${missing}\n");
}

TEST_CASE("a script takes strong locks when one of its statements does") {
  CHECK(prepare("ALTER TABLE t ADD COLUMN a int;").script.takes_strong_locks);
  CHECK_FALSE(prepare("INSERT INTO t VALUES (1);").script.takes_strong_locks);
}
