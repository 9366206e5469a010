#include "hook/execute/batch.hpp"

#include <catch2/catch.hpp>
#include <list>
#include <thread>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "tests/db/hook/execute/script_bench.hpp"

namespace windlass::hook {
namespace {

// Runs texts as V1__a.sql, V2__a.sql, … in one batch.
struct BatchBench : ScriptBench {
  std::list<migrations::PreparedScript> scripts;
  std::vector<ScriptJob> jobs;
  std::vector<std::size_t> begun;
  std::vector<Milliseconds> took;
  std::size_t begun_before_told = 0;  // when the first commit was told
  std::string backend = std::to_string(db.session().backend());

  explicit BatchBench(const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string version = std::to_string(i + 1);
      const std::string name = "V" + version + "__a.sql";
      scripts.push_back(prepare(name, texts[i], std::nullopt));
      jobs.push_back({scripts.back(), {version, "a", "SQL", name, 1, "", true}, {}, nullptr});
    }
  }

  // Until the server is at the pg_sleep(30) of a script.
  void wait_until_asleep() {
    while (db.server
               .query("SELECT 1 FROM pg_stat_activity WHERE pid = " + backend +
                      " AND query LIKE '%pg_sleep(30)%'")
               .empty())
      std::this_thread::sleep_for(Milliseconds(20));
  }

  std::size_t run_batch() {
    const Deadline limit(db.clock, deadline);
    Executor executor(db.database, settings, db.clock, db.stop, limit);
    const BatchEvents events{[&](std::size_t index) { begun.push_back(index); },
                             [&](std::size_t, Milliseconds time) {
                               if (took.empty()) begun_before_told = begun.size();
                               took.push_back(time);
                             }};
    return executor.run_batch(jobs, events);
  }
};

}  // namespace

TEST_CASE("scripts that travel together commit one by one, each with its history row") {
  BatchBench bench({"CREATE TABLE a (n int); INSERT INTO a VALUES (1);", "SELECT pg_sleep(0.05);",
                    "-- nothing but a comment\n", "BEGIN; INSERT INTO a VALUES (2); COMMIT;"});
  CHECK(bench.run_batch() == 4);
  CHECK(bench.begun == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(bench.history() == "1 V1__a.sql t, 2 V2__a.sql t, 3 V3__a.sql t, 4 V4__a.sql t");
  CHECK(bench.value("SELECT count(DISTINCT xmin::text) FROM flyway_schema_history") == "4");
  CHECK(bench.value("SELECT count(DISTINCT xmin::text) FROM a") == "2");
  CHECK(bench.took[1] >= Milliseconds(50));
  CHECK(bench.value("SELECT execution_time FROM flyway_schema_history WHERE version = '2'") ==
        std::to_string(bench.took[1].count()));
}

TEST_CASE("commits wait for the disk once, and are told when they are there") {
  BatchBench bench({"CREATE TABLE a (n int);",
                    "CREATE TABLE b AS SELECT current_setting('synchronous_commit') s;",
                    "CREATE TABLE c AS SELECT pg_current_wal_insert_lsn() AS written;"});
  bench.db.server.query(
      "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', "
      "current_database()); END$$");  // the servers of tests are in a hurry
  bench.db.database.reconnect();
  CHECK(bench.run_batch() == 3);
  CHECK(bench.begun_before_told == 3);
  CHECK(bench.took.size() == 3);
  CHECK(bench.value("SELECT s FROM b") == "off");
  CHECK(bench.value("SELECT pg_current_wal_flush_lsn() >= written FROM c") == "t");
  CHECK(bench.value("SHOW synchronous_commit") == "on");
}

TEST_CASE("the first failure rolls its script back, and none behind it has begun") {
  BatchBench bench(
      {"CREATE TABLE a (n int);", "INSERT INTO a VALUES (1); SELECT 1/0;", "INSERT INTO a VALUES (3);"});
  CHECK(bench.run_batch() == 1);
  CHECK(bench.begun == std::vector<std::size_t>{0, 1});
  CHECK(bench.history() == "1 V1__a.sql t");
  CHECK(bench.value("SELECT count(*) FROM a") == "0");
}

TEST_CASE("what a script sets in the session does not reach the next one of its batch") {
  BatchBench bench({"SET search_path = ''; SET statement_timeout = '1h';",
                    "CREATE TABLE a AS SELECT current_setting('statement_timeout') AS t;"});
  CHECK(bench.run_batch() == 2);
  CHECK(bench.value("SELECT t FROM public.a") == "0");
}

TEST_CASE("a script that ends its transaction is not run again, and those before it stay") {
  BatchBench bench({"CREATE TABLE a (n int);", "INSERT INTO a VALUES (1); RESET windlass.tx;",
                    "INSERT INTO a VALUES (3);"});
  CHECK_THROWS_WITH(bench.run_batch(), "V2__a.sql ended the transaction that it runs in");
  CHECK(bench.history() == "1 V1__a.sql t");
}

TEST_CASE("a locked table makes its script run alone") {
  BatchBench bench({"CREATE TABLE b (n int);", "ALTER TABLE a ADD COLUMN m int;", "CREATE TABLE c (n int);"});
  bench.db.session().execute("creating", "CREATE TABLE a (n int)");
  Session blocker = bench.db.another();
  blocker.execute("locking", "BEGIN; LOCK TABLE a IN ACCESS SHARE MODE");
  CHECK(bench.run_batch() == 1);
  CHECK(bench.history() == "1 V1__a.sql t");
}

TEST_CASE("a backend that is killed within a batch: the history rows decide, one by one") {
  BatchBench bench({"CREATE TABLE a (n int);", "INSERT INTO a VALUES (1); SELECT pg_sleep(30);",
                    "INSERT INTO a VALUES (3);"});
  std::thread killer([&] {
    bench.wait_until_asleep();
    bench.db.server.query("SELECT pg_terminate_backend(" + bench.backend + ")");
  });
  CHECK_THROWS_WITH(
      bench.run_batch(),
      "the connection was lost during V2__a.sql; its history row is not there, so it was rolled back");
  killer.join();
  CHECK(bench.history() == "1 V1__a.sql t");
  CHECK(bench.value("SELECT count(*) FROM a") == "0");
}

TEST_CASE("a stop request and the deadline cancel the script that runs") {
  BatchBench bench({"CREATE TABLE a (n int);", "SELECT pg_sleep(30);", "CREATE TABLE c (n int);"});
  const auto began = bench.db.clock.now();
  SECTION("stop") {
    std::thread stopper([&] {
      bench.wait_until_asleep();
      bench.db.stop.request();
    });
    CHECK_THROWS_WITH(bench.run_batch(), Catch::Contains("stopped during V2__a.sql"));
    stopper.join();
  }
  SECTION("deadline") {
    bench.deadline = Milliseconds(3'000);
    CHECK_THROWS_WITH(bench.run_batch(), Catch::Contains("passed during V2__a.sql"));
  }
  CHECK(elapsed(bench.db.clock, began) < Milliseconds(20'000));
  CHECK(bench.history() == "1 V1__a.sql t");
  CHECK(bench.value("SELECT to_regclass('c')") == "NULL");
}

TEST_CASE("a script that selects more than both sides can buffer does not stall its batch") {
  const std::string filler = "SELECT '" + std::string(2'000, 'x') + "' FROM generate_series(1, 500);";
  BatchBench bench(std::vector<std::string>(10, join(std::vector<std::string>(10, filler), "\n")));
  CHECK(bench.run_batch() == 10);
}

TEST_CASE("only small transactional scripts without COPY travel together, so many at a time") {
  BatchBench bench({"SELECT 1;", "CREATE TABLE a (n int);\nCOPY a FROM STDIN;\n1\n\\.\n",
                    "COPY (SELECT 1) TO STDOUT;", "CREATE INDEX CONCURRENTLY i ON a (n);",
                    "SELECT '" + std::string(kBatchBytes, 'x') + "';",
                    "SELECT '" + std::string(kBatchBytes - 20, 'x') + "';"});
  std::vector<bool> shares;
  for (const auto& job : bench.jobs) shares.push_back(may_share_batch(job));
  CHECK(shares == std::vector<bool>{true, false, false, false, false, true});
  migrations::PreparedScript let_go;
  let_go.let_go = true;
  CHECK_FALSE(may_share_batch({let_go, {}, {}, nullptr}));
  BatchLoad load;
  for (std::size_t i = 0; i < kBatchScripts; ++i) CHECK(load.take(bench.jobs[0]));
  CHECK_FALSE(load.take(bench.jobs[0]));
  BatchLoad heavy;
  CHECK(heavy.take(bench.jobs[5]));
  CHECK_FALSE(heavy.take(bench.jobs[5]));
}

}  // namespace windlass::hook
