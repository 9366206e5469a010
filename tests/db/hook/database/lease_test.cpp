#include "hook/database/lease.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "hook/database/bounded_query.hpp"
#include "hook/database/run_records.hpp"
#include "hook/database/settled_commit.hpp"
#include "tests/db/hook/connected.hpp"

namespace windlass::hook {
namespace {

constexpr Milliseconds kLong{60'000};
const std::string kFirst = "00000000-0000-4000-8000-000000000001";
const std::string kSecond = "00000000-0000-4000-8000-000000000002";

// A session as it is behind a pooler in transaction mode: it may be taken for one, as nothing is left in it.
struct Shared : Connected {
  Shared() { session().share(); }

  Session another_shared() const {
    Session other = another();
    other.share();
    return other;
  }
  std::unique_ptr<Lease> lease(Session& session, const std::string& run, Milliseconds duration = kLong,
                               const HistoryTableName& history = kHistory) const {
    return std::make_unique<Lease>(
        session, [this] { return another_shared(); },
        LeaseTerms{history, {run, "migrate", "pod-" + run.substr(35), ""}, duration}, Milliseconds(0), clock,
        stop);
  }
  // As if the heartbeat had failed for long.
  void expire() {
    session().execute("expiring", "UPDATE windlass_lease SET expires_at = now() - interval '1 s'");
  }
  void lay_history() {
    create_history_table(session(), kHistory);
    create_own_tables(session(), "public");
  }
  std::string state_of(const std::vector<std::string>& statements) {
    try {
      in_transaction(session(), "trying", [&] {
        for (const auto& statement : statements) session().execute("trying", statement);
      });
    } catch (const DatabaseError& error) {
      return error.sqlstate();
    }
    return "committed";
  }
};

template <typename Work>
Error error_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return Error(ExitCode::kInternal, "");
}

}  // namespace

TEST_CASE("one runner at a time has the lease, and the other is told who") {
  Shared db;
  Session other = db.another_shared();
  {
    const auto held = db.lease(db.session(), kFirst);
    const Error refused = error_of([&] { db.lease(other, kSecond); });
    CHECK(refused.code() == ExitCode::kLocked);
    CHECK_THAT(refused.what(),
               Catch::StartsWith(fmt::format("another runner holds the lock, waited 0s: migrate of "
                                             "pod-1 (run {}, role {}, from ",
                                             kFirst, db.server.owner())));
  }
  CHECK(db.value("SELECT token || ' ' || held FROM windlass_lease") == "1 false");
  db.lease(other, kSecond);
  CHECK(db.value("SELECT token || ' ' || held || ' ' || run_id FROM windlass_lease") == "2 false " + kSecond);
}

TEST_CASE("a lease that has expired is taken over, and the overtaken runner cannot commit") {
  Shared db;
  db.lay_history();
  open_run(db.session(), "public", {kFirst, "migrate", "", "flyway_schema_history", "pod-1", {}});
  const auto first = db.lease(db.session(), kFirst);
  first->note_history(-1);
  CHECK(db.state_of(first->opening()) == "committed");
  CHECK(db.state_of(first->closing()) == "committed");
  db.expire();
  Session other = db.another_shared();
  const auto second = db.lease(other, kSecond);
  CHECK(db.state_of(first->opening()) == kOvertaken);
  CHECK(db.state_of(first->closing()) == kOvertaken);
  for (const auto& error :
       {error_of([&] { in_transaction(db.session(), "x", [&] { first->check(); }); }),
        error_of([&] { first->note_history(-1); }), error_of([&] { first->renew(); }), first->overtaken()}) {
    CHECK(error.code() == ExitCode::kLocked);
    CHECK_THAT(error.what(),
               Catch::StartsWith("the lease of this run was taken over by migrate of pod-2 (run " + kSecond));
  }
  CHECK(db.value("SELECT outcome || ': ' || message FROM windlass_runs") ==
        "lost: its lease expired and was taken over");
}

TEST_CASE("a lease and the lock of a session exclude each other") {
  Shared db;
  Session direct = db.another();
  {
    const AdvisoryLock lock(direct, kHistory, Milliseconds(0), db.clock, db.stop);
    CHECK_THAT(error_of([&] { db.lease(db.session(), kFirst); }).what(),
               Catch::Contains("waited 0s: process " + std::to_string(direct.server_process())));
  }
  const auto lease = db.lease(db.session(), kFirst);
  lease->note_script("V7__g.sql");
  const auto take = [&] { const AdvisoryLock lock(direct, kHistory, Milliseconds(0), db.clock, db.stop); };
  CHECK_THAT(error_of(take).what(), Catch::Contains("waited 0s: migrate of pod-1 (run "));
  CHECK_FALSE(lock_holder(direct, advisory_lock_key(kHistory)));
  db.expire();
  take();
  CHECK(db.value("SELECT token || ' ' || held FROM windlass_lease") == "2 false");
  CHECK(error_of([&] { lease->renew(); }).code() == ExitCode::kLocked);
}

TEST_CASE("what another program wrote into the history stops a transaction of ours") {
  Shared db;
  db.lay_history();
  db.database.lock(kHistory, Milliseconds(0));
  db.database.lease()->note_history(-1);
  const auto commit = [&] {
    commit_settled(db.database, "working", [&] { db.database.lease()->note_own_rows(); });
  };
  commit();
  const std::string row =
      insert_history_row(db.session(), kHistory, {"1", "x", "SQL", "V1__x.sql", 1, "", true}, 0);
  db.session().execute("as Flyway", row);
  const Error error = error_of(commit);
  CHECK(error.code() == ExitCode::kTransient);
  CHECK(error.what() == std::string("another program changed the history table meanwhile"));
  CHECK(db.state_of({db.database.lease()->history_check()}) == kHistoryChanged);
}

TEST_CASE("the heartbeat keeps the lease and tells which script is in hand") {
  Shared db;
  const auto lease = db.lease(db.session(), kFirst, Milliseconds(2'000));
  const std::string expires = db.value("SELECT expires_at FROM windlass_lease");
  lease->note_script("V7__g.sql");
  const Deadline limit(db.clock, Milliseconds(30'000));
  while (db.value("SELECT script FROM windlass_lease") != "V7__g.sql" && !limit.passed())
    std::this_thread::sleep_for(Milliseconds(20));
  CHECK(db.value("SELECT script FROM windlass_lease") == "V7__g.sql");
  CHECK(db.value("SELECT expires_at > '" + expires + "' FROM windlass_lease") == "t");
  CHECK(read_lease(db.session(), kHistory)->owner().ends_with(", with V7__g.sql)"));
}

TEST_CASE("after a lost connection nothing of before can be committed, and the lease stays ours") {
  Shared db;
  const auto lease = db.lease(db.session(), kFirst);
  const auto before = lease->closing();
  lease->renew();
  CHECK(db.state_of(before) == kOvertaken);
  CHECK(db.state_of(lease->closing()) == "committed");
}

TEST_CASE("the process of a lease's script is found, and ended when the lease is taken over") {
  Shared db;
  db.lay_history();
  Session other = db.another_shared();
  const auto first = db.lease(db.session(), kFirst);
  first->note_history(-1);
  CHECK(first->script_process(other) == 0);
  db.session().execute("beginning", "BEGIN");
  for (const auto& statement : first->opening()) db.session().execute("beginning", statement);
  CHECK(first->script_process(other) == db.session().server_process());
  other.execute("expiring", "UPDATE windlass_lease SET expires_at = now() - interval '1 s'");
  const auto second = db.lease(other, kSecond);
  CHECK_THROWS_AS(db.session().execute("going on", "SELECT 1"), DatabaseError);
  CHECK(db.session().lost());
}

TEST_CASE("the schema that a lease needs is made with it, and the history still tells of it") {
  Shared db;
  const HistoryTableName history{"shop", "history"};
  CHECK_FALSE(schema_made_for_lease(db.session(), history));
  const auto lease = db.lease(db.session(), kFirst, kLong, history);
  CHECK(schema_made_for_lease(db.session(), history));
  create_history_table(db.session(), history);
  lease->note_own_rows();
  CHECK_FALSE(schema_made_for_lease(db.session(), history));
}

TEST_CASE("a read-only run takes no lease") {
  Shared db;
  db.database.make_read_only();
  db.database.lock(kHistory, Milliseconds(0));
  CHECK(db.database.lease() == nullptr);
  CHECK(db.value("SELECT to_regclass('windlass_lease')") == "NULL");
  CHECK(error_of([&] {
          in_transaction(db.session(), "x", [&] { db.session().execute("writing", "CREATE TABLE a ()"); });
        }).code() == ExitCode::kTransient);
}

TEST_CASE("nothing that is set in a shared session's transaction stays") {
  Shared db;
  const auto as_another_client = [&](const std::string& sql) {
    return query_within(db.session(), "asking", sql, Milliseconds(30'000), db.clock)->at(0).at(0);
  };
  as_another_client("SET search_path = elsewhere; SET lock_timeout = '7s'; SELECT 1");
  CHECK(db.value("SHOW lock_timeout") == "0");
  in_transaction(db.session(), "working", [&] {
    CHECK(db.value("SHOW lock_timeout") == "0");
    CHECK(db.value("SHOW search_path") == "\"$user\", public");
  });
  CHECK(as_another_client("SHOW lock_timeout") == "7s");
  CHECK(as_another_client("SHOW search_path") == "elsewhere");
}

}  // namespace windlass::hook
