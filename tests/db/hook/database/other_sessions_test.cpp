#include "hook/database/other_sessions.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "hook/database/progress.hpp"
#include "tests/db/hook/connected.hpp"

namespace windlass::hook {
namespace {

// Asks again and again, as a run does from its second session, until there is an answer.
template <typename Answer>
Answer ask_until(const std::function<std::optional<Answer>()>& ask) {
  for (int i = 0; i < 400; ++i) {
    if (auto answer = ask()) return std::move(*answer);
    std::this_thread::sleep_for(Milliseconds(25));
  }
  FAIL("there was no answer");
  return Answer();
}

// A session that waits in a thread of its own until it is let go.
struct Waiter {
  Session session;
  int backend;
  std::thread thread;

  Waiter(Connected& db, const std::string& sql)
      : session(db.another()), backend(session.server_process()), thread([this, sql] {
          try {
            session.execute("waiting", sql);
          } catch (const Error&) {
          }
        }) {}
  ~Waiter() { thread.join(); }
};

std::vector<OtherSession> wait_for_blockers(Session& from, int backend) {
  return ask_until<std::vector<OtherSession>>([&]() -> std::optional<std::vector<OtherSession>> {
    auto blockers = blockers_of(from, backend);
    if (blockers.empty()) return std::nullopt;
    return blockers;
  });
}

}  // namespace

TEST_CASE("who blocks us is named with what it holds and what it last did, without its values") {
  Connected db;
  db.session().execute("creating", "CREATE TABLE \"Orders\" (id int, t text)");
  Session holder = db.another();
  CHECK(blockers_of(db.session(), holder.backend()).empty());
  holder.execute("reading", "BEGIN; SELECT * FROM \"Orders\" WHERE t = 'secret' AND id = 4711");
  Waiter waiter(db, "SET lock_timeout = '20s'; ALTER TABLE \"Orders\" ADD COLUMN n int");
  const auto blockers = wait_for_blockers(db.session(), waiter.backend);
  holder.execute("releasing", "COMMIT");
  REQUIRE(blockers.size() == 1);
  const OtherSession& blocker = blockers[0];
  CHECK(blocker.kind == OtherSession::Kind::kClient);
  CHECK(blocker.backend == holder.backend());
  CHECK(blocker.role == db.server.owner());
  CHECK(blocker.address == "127.0.0.1");
  CHECK(blocker.state == "idle in transaction");
  CHECK(blocker.transaction_seconds.value() < 60);
  CHECK(blocker.query_seconds.value() < 60);
  CHECK(blocker.mode == "AccessShareLock");
  CHECK(blocker.object == "table public.\"Orders\"");
  CHECK(blocker.query == "BEGIN; SELECT * FROM \"Orders\" WHERE t = ? AND id = ?");
  CHECK(blocker.remedy() == "SELECT pg_terminate_backend(" + std::to_string(holder.backend()) + ")");
  CHECK_THAT(
      blocker.to_text(),
      Catch::Matches("process [0-9]+ \\(role \\w+, another runner, from 127.0.0.1, idle in transaction, "
                     "transaction open for \\w+, last query \\w+ ago\\) holds AccessShareLock on table "
                     "public.\"Orders\": BEGIN; SELECT .*"));
}

TEST_CASE("a row that another transaction changed is what we wait for, and its holder is named") {
  Connected db;
  db.session().execute("creating", "CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
  Session holder = db.another();
  holder.execute("changing", "BEGIN; UPDATE t SET id = 2");
  Waiter waiter(db, "UPDATE t SET id = 3");
  const auto blockers = wait_for_blockers(db.session(), waiter.backend);
  holder.execute("releasing", "ROLLBACK");
  REQUIRE(blockers.size() == 1);
  CHECK(blockers[0].object == "a row that it changed");
  CHECK(blockers[0].mode == "ExclusiveLock");
}

TEST_CASE("another role's session is named although this role may not see what it does") {
  Connected db;
  db.session().execute("creating", "CREATE TABLE t (id int)");
  const ConnectionTarget superuser{db.server.superuser_url(), "", {}, "", "", Secret()};
  Session holder = connect(superuser, "night report", Milliseconds(5'000), db.clock, db.stop);
  holder.execute("reading", "BEGIN; SELECT 'secret' FROM t");
  Waiter waiter(db, "SET lock_timeout = '20s'; LOCK TABLE t");
  const auto blockers = wait_for_blockers(db.session(), waiter.backend);
  holder.execute("releasing", "COMMIT");
  REQUIRE(blockers.size() == 1);
  CHECK(blockers[0].kind == OtherSession::Kind::kHidden);
  CHECK(blockers[0].query.empty());
  CHECK(blockers[0].mode == "AccessShareLock");
  CHECK_THAT(blockers[0].to_text(), Catch::Contains("night report, its state hidden from this role)"));
}

TEST_CASE("who stands in the queue before us is named as waiting") {
  Connected db;
  db.session().execute("creating", "CREATE TABLE t (id int)");
  Session holder = db.another();
  holder.execute("reading", "BEGIN; SELECT * FROM t");
  std::vector<OtherSession> blockers;
  {
    Waiter first(db, "SET lock_timeout = '20s'; LOCK TABLE t");
    wait_for_blockers(db.session(), first.backend);
    Waiter second(db, "SET lock_timeout = '20s'; SELECT * FROM t");
    blockers = wait_for_blockers(db.session(), second.backend);
    holder.execute("releasing", "COMMIT");
  }
  REQUIRE(blockers.size() == 1);
  CHECK(blockers[0].mode == "AccessExclusiveLock (waiting before us)");
}

TEST_CASE("long transactions and old snapshots of this database are listed") {
  Connected db;
  Session reader = db.another();
  reader.execute("reading", "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
  Session idle = db.another();
  idle.execute("reading", "BEGIN; SELECT 1");
  CHECK(long_transactions(db.session(), Milliseconds(600'000)).empty());
  CHECK(long_transactions(db.session(), Milliseconds(0)).size() == 2);
  CHECK(snapshot_holders(db.session(), 0, Milliseconds(600'000)).empty());
  const auto holders = snapshot_holders(db.session(), 0, Milliseconds(0));
  REQUIRE(holders.size() == 1);
  CHECK(holders[0].backend == reader.backend());
  CHECK(snapshot_holders(db.session(), reader.backend(), Milliseconds(0)).empty());
}

TEST_CASE("the progress of an index build has its phase and what it counts") {
  Connected db;
  db.session().execute("creating", "CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 1000)");
  Session writer = db.another();
  writer.execute("writing", "BEGIN; INSERT INTO t VALUES (0)");
  Waiter builder(db, "CREATE INDEX CONCURRENTLY t_id ON t (id)");
  const auto progress = ask_until<Progress>([&]() -> std::optional<Progress> {
    const Progress seen = progress_of(db.session(), builder.backend);
    return seen.phase == "waiting for writers before build" && seen.waits_for_lock() ? std::optional(seen)
                                                                                     : std::nullopt;
  });
  CHECK(wait_for_blockers(db.session(), builder.backend)[0].backend == writer.backend());
  writer.execute("releasing", "COMMIT");
  CHECK(progress.work == "index build");
  CHECK(progress.unit == "lockers");
  CHECK(progress.total == 1);
  CHECK(progress.done == 0);
}

TEST_CASE("a statement that no progress view knows is told by what it waits for") {
  Connected db;
  Waiter sleeper(db, "SELECT pg_sleep(0.5)");
  const auto progress = ask_until<Progress>([&]() -> std::optional<Progress> {
    const Progress seen = progress_of(db.session(), sleeper.backend);
    return seen.wait_event == "PgSleep" ? std::optional(seen) : std::nullopt;
  });
  CHECK(progress.work.empty());
  CHECK(progress.wait_type == "Timeout");
  CHECK(progress_of(db.session(), 0).wait_type.empty());
}

}  // namespace windlass::hook
