#include "hook/execute/settle.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace windlass::hook {
namespace {

using sql::Effect;

std::string decision(Effect effect, const std::string& before, const std::string& now) {
  return std::string(settlement_name(settle(effect, parse_object_state(before), parse_object_state(now))));
}

}  // namespace

TEST_CASE("what became of a statement in flight is decided by what was there before and is there now") {
  struct Case {
    Effect effect;
    std::string before;
    std::string now;
    std::string decision;
  };
  const std::vector<Case> rows{
      {Effect::kCreateIndex, "absent", "absent", "run-again"},
      {Effect::kCreateIndex, "absent", "there 1", "happened"},
      {Effect::kCreateIndex, "absent", "unfinished 1", "run-again"},
      // It was there before and made the statement fail.
      {Effect::kCreateIndex, "there 1", "there 1", "run-again"},
      {Effect::kCreateIndex, "unfinished 1", "there 2", "happened"},
      {Effect::kCreateIndex, "unknown", "there 1", "happened"},  // an older row
      {Effect::kCreateIndex, "absent", "unknown", "unknown"},
      {Effect::kDropIndex, "there 1", "absent", "happened"},
      {Effect::kDropIndex, "there 1", "there 1", "run-again"},
      {Effect::kDropIndex, "there 1", "unfinished 1", "run-again"},
      // Ours is gone, another of its name is not ours to drop.
      {Effect::kDropIndex, "there 1", "there 2", "happened"},
      {Effect::kDropIndex, "absent", "absent", "run-again"},
      {Effect::kDropIndex, "unknown", "absent", "happened"},
      {Effect::kReindex, "unknown", "unknown", "run-again"},
      {Effect::kIdempotent, "unknown", "unknown", "run-again"},
      {Effect::kDetachPartition, "there 1", "there 1", "run-again"},
      {Effect::kDetachPartition, "there 1", "unfinished 1", "finish"},
      {Effect::kDetachPartition, "there 1", "absent", "happened"},
      {Effect::kDetachPartition, "there 1", "there 2", "happened"},
      {Effect::kDetachPartition, "unfinished 1", "absent", "happened"},
      {Effect::kDetachPartition, "absent", "absent", "run-again"},
      {Effect::kCreateDatabase, "absent", "there 1", "happened"},
      {Effect::kCreateDatabase, "absent", "absent", "run-again"},
      {Effect::kDropDatabase, "there 1", "unfinished 1", "run-again"},
      {Effect::kDropDatabase, "there 1", "absent", "happened"},
      {Effect::kCreateTablespace, "absent", "there 1", "happened"},
      {Effect::kDropTablespace, "there 1", "absent", "happened"},
      {Effect::kCreateSubscription, "absent", "there 1", "happened"},
      {Effect::kDropSubscription, "there 1", "there 1", "run-again"},
      {Effect::kChangePublications, "there p", "there p, q", "happened"},
      {Effect::kChangePublications, "there p", "there p", "run-again"},
      {Effect::kChangePublications, "there p", "absent", "run-again"},
      {Effect::kChangePublications, "unknown", "there p", "unknown"},
      {Effect::kCommitPrepared, "there 7", "there 7", "run-again"},
      {Effect::kCommitPrepared, "there 7", "committed 7", "happened"},
      {Effect::kCommitPrepared, "there 7", "rolled-back 7", "unknown"},
      {Effect::kCommitPrepared, "there 7", "absent", "unknown"},
      {Effect::kCommitPrepared, "absent", "absent", "run-again"},
      {Effect::kRollbackPrepared, "there 7", "rolled-back 7", "happened"},
      {Effect::kRollbackPrepared, "there 7", "committed 7", "unknown"},
      {Effect::kOther, "unknown", "unknown", "unknown"},  // CALL and DO that commit
      {Effect::kAddEnumValue, "unknown", "unknown", "unknown"},
  };
  for (const auto& row : rows) {
    INFO(static_cast<int>(row.effect) << ": " << row.before << " -> " << row.now);
    CHECK(decision(row.effect, row.before, row.now) == row.decision);
  }
}

TEST_CASE("an object's state is kept as a word and its id") {
  for (const std::string text : {"unknown", "absent", "absent 4711,4712", "there 16402", "unfinished 16402",
                                 "committed 42949672970", "rolled-back 8", "there p, q"}) {
    CHECK(to_text(parse_object_state(text)) == text);
  }
  CHECK(to_text(parse_object_state("")) == "unknown");
  CHECK(to_text(parse_object_state("elsewhere 3")) == "unknown");
}

TEST_CASE("what only a person can know comes with the query that shows it") {
  sql::StatementClass statement;
  statement.effect = Effect::kCommitPrepared;
  statement.object = "'pay 1'";
  CHECK(how_to_look(statement) == "SELECT gid, prepared, owner FROM pg_prepared_xacts WHERE gid = 'pay 1';");
  statement.effect = Effect::kChangePublications;
  CHECK(how_to_look(statement) == "SELECT subname, subpublications FROM pg_subscription;");
  statement.effect = Effect::kOther;
  CHECK(how_to_look(statement).empty());
}

}  // namespace windlass::hook
