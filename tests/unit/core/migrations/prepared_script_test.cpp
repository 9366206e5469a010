#include "core/migrations/prepared_script.hpp"

#include <catch2/catch.hpp>

namespace windlass::migrations {
namespace {

Preparation prepare(const std::string& sql, std::optional<bool> in_transaction = std::nullopt) {
  return prepare_script({"V1__a.sql", "V1__a.sql", TextSource(sql), in_transaction}, {}, 15);
}

std::string faults(const std::string& sql, std::optional<bool> in_transaction = std::nullopt) {
  return to_text(prepare(sql, in_transaction).diagnostics);
}

}  // namespace

TEST_CASE("a script is run in one transaction unless a statement forbids it") {
  struct Case {
    const char* sql;
    std::optional<bool> in_transaction;
    RunMode mode;
  };
  const Case cases[] = {
      {"CREATE TABLE a (id int);", std::nullopt, RunMode::kTransaction},
      {"", std::nullopt, RunMode::kTransaction},
      {"-- a comment only\n", std::nullopt, RunMode::kTransaction},
      {"CREATE INDEX CONCURRENTLY i ON a (id);", std::nullopt, RunMode::kStepwise},
      {"SET lock_timeout = 0; CREATE INDEX CONCURRENTLY i ON a (id); RESET lock_timeout;", std::nullopt,
       RunMode::kStepwise},
      {"VACUUM a; VACUUM b;", std::nullopt, RunMode::kStepwise},
      {"UPDATE a SET id = 1; VACUUM a;", false, RunMode::kStepwise},
      {"UPDATE a SET id = 1;", false, RunMode::kStepwise},
      {"ALTER TYPE e ADD VALUE 'x';", std::nullopt, RunMode::kTransaction},
  };
  for (const auto& one : cases) {
    INFO(one.sql);
    const auto prepared = prepare(one.sql, one.in_transaction);
    CHECK(to_text(prepared.diagnostics).empty());
    CHECK(prepared.script.mode == one.mode);
  }
}

TEST_CASE("a plain BEGIN and COMMIT around the whole script are left out") {
  for (const auto* sql : {"BEGIN;\nSELECT 1;\nCOMMIT;", "begin transaction;\nSELECT 1;\nend;",
                          "START TRANSACTION; SELECT 1; COMMIT WORK;", "BEGIN; COMMIT;"}) {
    INFO(sql);
    const auto prepared = prepare(sql);
    CHECK(to_text(prepared.diagnostics).empty());
    CHECK(prepared.script.skipped.front());
    CHECK(prepared.script.skipped.back());
  }
}

TEST_CASE("transaction control that is not around the whole script is refused where it stands") {
  CHECK(faults("SELECT 1;\nCOMMIT;\nSELECT 2;\n") ==
        "V1__a.sql:2:1: error: COMMIT inside a script\n"
        "  COMMIT;\n"
        "  ^\n"
        "  help: A script runs in one transaction with its history row. Remove it, or put each part into a "
        "script of "
        "its own.\n");
  CHECK_THAT(faults("BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;"),
             Catch::Contains("COMMIT inside a script"));
  CHECK_THAT(faults("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT;"),
             Catch::Contains("1:1: error: BEGIN inside a script"));
  CHECK_THAT(faults("SELECT 1; ROLLBACK;"), Catch::Contains("ROLLBACK inside a script"));
  CHECK_THAT(faults("PREPARE TRANSACTION 'x';"), Catch::Contains("PREPARE TRANSACTION inside a script"));
  CHECK(faults("SAVEPOINT s; SELECT 1; ROLLBACK TO SAVEPOINT s; RELEASE s;").empty());
}

TEST_CASE("a statement that cannot run in a transaction is refused beside ones that should") {
  CHECK(faults("CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);\n") ==
        "V1__a.sql:2:1: error: CREATE INDEX CONCURRENTLY cannot run inside a transaction, but the script's "
        "other "
        "statements should\n"
        "  CREATE INDEX CONCURRENTLY i ON a (id);\n"
        "  ^\n"
        "  help: Put it into a script of its own, or write executeInTransaction=false into the script's "
        ".conf file.\n");
}

TEST_CASE("CONCURRENTLY inside BEGIN is refused, as in the background document's script") {
  CHECK_THAT(faults("BEGIN;\nCREATE INDEX CONCURRENTLY i ON a (id);\nCOMMIT;\n"),
             Catch::Contains(
                 "V1__a.sql:2:1: error: CREATE INDEX CONCURRENTLY cannot run inside a transaction, but the "
                 "script says BEGIN"));
}

TEST_CASE("a strong lock asks for the ramp, plain data does not") {
  CHECK(prepare("ALTER TABLE a ADD COLUMN n int;").script.takes_strong_locks);
  CHECK_FALSE(prepare("INSERT INTO a VALUES (1);").script.takes_strong_locks);
}

TEST_CASE("positions are those of the file, before placeholders were replaced") {
  PlaceholderRules placeholders;
  placeholders.values["t"] = "a_much_longer_name";
  const auto prepared = prepare_script(
      {"V1__a.sql", "V1__a.sql", TextSource("SELECT * FROM ${t};\nCOMMIT;"), std::nullopt}, placeholders, 15);
  REQUIRE(prepared.diagnostics.list().size() == 1);
  CHECK(prepared.diagnostics.list()[0].rule == "transaction-control");
  CHECK(to_string(prepared.diagnostics.list()[0].position) == "V1__a.sql:2:1");
  CHECK(prepared.diagnostics.list()[0].source == "COMMIT;");
}

TEST_CASE("a dump's restrict lines are passed over") {
  const auto prepared = prepare("\\restrict abc\nSELECT 1;\n\\unrestrict abc\n");
  CHECK(to_text(prepared.diagnostics).empty());
  CHECK(prepared.script.skipped == std::vector<bool>{true, false, true});
}

TEST_CASE("DISCARD ALL, which would give up the runner's lock, is refused") {
  CHECK_THAT(faults("DISCARD ALL;"),
             Catch::Contains("1:1: error: DISCARD ALL gives up the lock of this run"));
  CHECK(faults("DISCARD TEMP;").empty());
}

TEST_CASE(
    "regression: RESET ALL took the mark of its transaction away, and the script counted as partly applied") {
  CHECK_THAT(faults("CREATE TABLE a (n int);\nreset  ALL;"),
             Catch::Contains("2:1: error: RESET ALL takes away what this run has set"));
  CHECK(faults("RESET search_path;").empty());
  CHECK(faults("RESET ALL;\nVACUUM a;").empty());
}

}  // namespace windlass::migrations
