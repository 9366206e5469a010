#include "hook/database/advisory_lock.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "hook/database/script_message.hpp"
#include "tests/db/hook/connected.hpp"

namespace windlass::hook {

TEST_CASE("the key is Flyway's") {
  // Seen in the server's log of real Flyway runs.
  CHECK(advisory_lock_key({"public", "flyway_schema_history"}) == 77433833903597);
}

TEST_CASE("one session at a time has the lock, and the other is told who") {
  Connected db;
  const AdvisoryLock lock(db.session(), kHistory, Milliseconds(0), db.clock, db.stop);
  Session other = db.another();
  try {
    const AdvisoryLock second(other, kHistory, Milliseconds(1'100), db.clock, db.stop);
    FAIL("both have it");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kLocked);
    CHECK_THAT(error.what(), Catch::StartsWith("another runner holds the lock, waited 1100ms: process " +
                                               std::to_string(db.session().backend()) +
                                               " (windlass test, role " + db.server.owner()));
  }
}

TEST_CASE("who waits is told what the holder does") {
  Connected db;
  const auto key = advisory_lock_key(kHistory);
  const AdvisoryLock lock(db.session(), kHistory, Milliseconds(0), db.clock, db.stop);
  Session other = db.another();
  CHECK_THAT(lock_holder(other, key)->doing, Catch::StartsWith("idle since 20"));
  std::thread running([&] {
    db.session().execute("running",
                         script_comment("sql/V3__a*b.sql") + " BEGIN; SELECT pg_sleep(1.5); COMMIT");
  });
  std::string doing;
  for (int i = 0; i < 100 && doing.find("V3") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    doing = lock_holder(other, key)->doing;
  }
  running.join();
  CHECK_THAT(doing, Catch::StartsWith("running sql/V3__a?b.sql since 20"));
}

TEST_CASE("the lock is free again when its holder goes, by the end of its scope or of its session") {
  Connected db;
  { const AdvisoryLock lock(db.session(), kHistory, Milliseconds(0), db.clock, db.stop); }
  CHECK_FALSE(lock_holder(db.session(), advisory_lock_key(kHistory)));
  {
    Session other = db.another();
    other.query("locking", "SELECT pg_advisory_lock($1)", {std::to_string(advisory_lock_key(kHistory))});
    CHECK(lock_holder(db.session(), advisory_lock_key(kHistory))->backend == other.backend());
  }
  const AdvisoryLock lock(db.session(), kHistory, Milliseconds(3'000), db.clock, db.stop);
  CHECK(lock_holder(db.session(), advisory_lock_key(kHistory))->backend == db.session().backend());
}

TEST_CASE("a stop request ends the waiting for the lock") {
  Connected db;
  const AdvisoryLock lock(db.session(), kHistory, Milliseconds(0), db.clock, db.stop);
  Session other = db.another();
  db.stop.request();
  try {
    const AdvisoryLock second(other, kHistory, Milliseconds(60'000), db.clock, db.stop);
    FAIL("both have it");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::kTerminated);
  }
}

}  // namespace windlass::hook
