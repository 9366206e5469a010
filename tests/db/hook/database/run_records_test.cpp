#include "hook/database/run_records.hpp"

#include <catch2/catch.hpp>

#include "hook/database/intents.hpp"
#include "hook/database/undo_scripts.hpp"
#include "tests/db/hook/connected.hpp"

namespace windlass::hook {
namespace {

constexpr auto kRun = "00000000-0000-4000-8000-000000000001";

RunStart start_of(const std::string& run_id) {
  return {run_id, "migrate", "prod", "flyway_schema_history", "pod-1", {{"commit", "abc"}}};
}

}  // namespace

TEST_CASE("a run leaves its record from its first moment to its last") {
  Connected db;
  create_own_tables(db.session(), "public");
  create_own_tables(db.session(), "public");
  open_run(db.session(), "public", start_of(kRun));
  CHECK(mark_lost_runs(db.session(), "public").empty());
  CHECK(db.value("SELECT outcome || ' ' || phase || ' ' || runner || ' ' || labels FROM windlass_runs") ==
        "running migrate pod-1 {\"commit\": \"abc\"}");
  RunFinish finish;
  finish.outcome = "done";
  finish.version_to = "2";
  finish.applied = {"V1__a.sql", "V2__b.sql"};
  finish.set_digest = "d1";
  close_run(db.session(), "public", kRun, finish);
  CHECK(db.value("SELECT outcome || ' ' || version_to || ' ' || applied FROM windlass_runs WHERE finished_at "
                 "IS NOT NULL "
                 "AND version_from IS NULL AND failed_script IS NULL") ==
        "done 2 [\"V1__a.sql\", \"V2__b.sql\"]");
  CHECK(was_migrated_with(db.session(), "public", "flyway_schema_history", "d1"));
  CHECK_FALSE(was_migrated_with(db.session(), "public", "flyway_schema_history", "d2"));
}

TEST_CASE("a run that had no reason to open its record leaves it whole") {
  Connected db;
  create_own_tables(db.session(), "public");
  RunFinish finish;
  finish.outcome = "done";
  finish.version_from = "2";
  finish.version_to = "2";
  finish.duration_ms = 1'500;
  CHECK(write_run(db.session(), "public", start_of(kRun), finish).empty());
  CHECK(db.value(
            "SELECT concat_ws(' ', outcome, phase, environment, version_to, applied, failed_script IS NULL, "
            "finished_at - started_at >= interval '1.5 s', backend_start IS NULL) FROM windlass_runs") ==
        "done migrate prod 2 [] t t f");
  CHECK_FALSE(db.session().in_transaction());
}

TEST_CASE("a run that was killed is found by the next one and told") {
  Connected db;
  create_own_tables(db.session(), "public");
  {
    Session killed = db.another();
    open_run(killed, "public", start_of(kRun));
    CHECK(mark_lost_runs(db.session(), "public").empty());
  }
  std::vector<std::string> lost;
  for (int attempt = 0; attempt < 50 && lost.empty(); ++attempt) {
    db.clock.sleep(Milliseconds(100), db.stop);
    lost = mark_lost_runs(db.session(), "public");
  }
  REQUIRE(lost.size() == 1);
  CHECK_THAT(lost[0], Catch::StartsWith(std::string("migrate ") + kRun + ", started "));
  CHECK(db.value(std::string("SELECT outcome FROM windlass_runs WHERE run_id = '") + kRun + "'") == "lost");
}

TEST_CASE("the environment of a database is what its first run recorded") {
  Connected db;
  CHECK_FALSE(recorded_environment(db.session(), "public"));
  create_own_tables(db.session(), "public");
  CHECK_FALSE(recorded_environment(db.session(), "public"));
  record_environment(db.session(), "public", "prod");
  CHECK(recorded_environment(db.session(), "public") == "prod");
}

TEST_CASE("an intent says what was begun, what is done, and is forgotten with the script") {
  Connected db;
  create_own_tables(db.session(), "public");
  const IntentKey key{"public", "flyway_schema_history", "V3__index.sql"};
  write_intent(db.session(), key, 0, "sha", kRun);
  CHECK(scripts_in_flight(db.session(), "public", "flyway_schema_history") ==
        std::vector<std::string>{"V3__index.sql"});
  CHECK_FALSE(read_intents(db.session(), key).at(0).done);
  db.session().execute("noting", intent_done_statement(db.session(), key, 0));
  CHECK(read_intents(db.session(), key).at(0).done);
  write_intent(db.session(), key, 1, "sha2", kRun);
  withdraw_intent(db.session(), key, 1);
  CHECK(read_intents(db.session(), key).size() == 1);
  db.session().execute("forgetting", forget_intents_statement(db.session(), key));
  CHECK(scripts_in_flight(db.session(), "public", "flyway_schema_history").empty());
}

TEST_CASE("an undo script is kept with its version, the newest text of it") {
  Connected db;
  create_own_tables(db.session(), "public");
  const auto store = [&](const std::string& content) {
    db.session().execute("storing", store_undo_statement(db.session(), "public", "h",
                                                         {"2", "it's", "U2__x.sql", 7, content, false}));
  };
  store("DROP TABLE a; -- 'x'");
  store("DROP TABLE b");
  const auto undo = stored_undo(db.session(), "public", "h", "2");
  REQUIRE(undo);
  CHECK(undo->content == "DROP TABLE b");
  CHECK(undo->description == "it's");
  CHECK(undo->in_transaction == false);
  CHECK_FALSE(stored_undo(db.session(), "public", "h", "3"));
}

}  // namespace windlass::hook
