#include "core/sql/classify.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using windlass::sql::classify;
using windlass::sql::Control;
using windlass::sql::Effect;
using windlass::sql::InTransaction;
using windlass::sql::LockClass;
using windlass::sql::StatementClass;

bool is_forbidden(const std::string& statement, int server_version) {
  return classify(statement, server_version).in_transaction == InTransaction::kForbidden;
}

}  // namespace

TEST_CASE("statements that PostgreSQL refuses in a transaction block on every version are known") {
  const std::vector<std::string> forbidden = {
      "CREATE DATABASE d",
      "DROP DATABASE IF EXISTS d WITH (FORCE)",
      "ALTER DATABASE \"D\" SET TABLESPACE ts",
      "ALTER DATABASE d WITH TABLESPACE ts",
      "ALTER DATABASE d TABLESPACE = ts",
      "CREATE TABLESPACE ts LOCATION '/x'",
      "DROP TABLESPACE ts",
      "ALTER SYSTEM SET work_mem = '4MB'",
      "ALTER SYSTEM RESET ALL",
      "VACUUM",
      "/* c */ vacuum (analyze) t",
      "VACUUM FULL VERBOSE t",
      "CLUSTER",
      "CLUSTER VERBOSE",
      "CLUSTER (VERBOSE)",
      "CREATE INDEX CONCURRENTLY i ON t (a)",
      "create unique index concurrently if not exists i on t (a)",
      "CREATE INDEX CONCURRENTLY ON t (a)",
      "DROP INDEX CONCURRENTLY IF EXISTS i",
      "REINDEX INDEX CONCURRENTLY i",
      "REINDEX TABLE CONCURRENTLY t",
      "REINDEX (VERBOSE, CONCURRENTLY) TABLE t",
      "REINDEX (CONCURRENTLY TRUE) INDEX i",
      "REINDEX SCHEMA s",
      "REINDEX DATABASE d",
      "REINDEX DATABASE",
      "REINDEX SYSTEM CONCURRENTLY d",
      "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
      "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p",
      "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (copy_data = false)",
      "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (create_slot)",
      "DROP SUBSCRIPTION s",
      "COMMIT PREPARED 'x'",
      "ROLLBACK PREPARED 'x'",
      "DISCARD ALL",
      "DO $$ BEGIN DELETE FROM t; COMMIT; END $$",
      "DO $b$ BEGIN LOOP UPDATE t SET a = 1; COMMIT AND CHAIN; END LOOP; END $b$ LANGUAGE plpgsql",
      "DO LANGUAGE plpgsql 'BEGIN ROLLBACK; END'",
  };
  for (const std::string& statement : forbidden) {
    for (int version = 12; version <= 18; ++version) {
      INFO(statement << " on " << version);
      CHECK(is_forbidden(statement, version));
    }
  }
}

TEST_CASE("what resembles them but is allowed in a transaction block stays allowed") {
  const std::vector<std::string> allowed = {
      "ALTER DATABASE d SET work_mem = '4MB'",
      "ALTER DATABASE d RENAME TO e",
      "ANALYZE t",
      "CLUSTER t USING i",
      "CLUSTER VERBOSE t",
      "CREATE INDEX i ON t (a)",
      "CREATE INDEX \"concurrently\" ON t (a)",
      "DROP INDEX i",
      "REINDEX TABLE t",
      "REINDEX INDEX i",
      "REINDEX (CONCURRENTLY FALSE) TABLE t",
      "REINDEX (CONCURRENTLY off, VERBOSE) TABLE t",
      "ALTER TABLE p DETACH PARTITION p1",
      "ALTER TABLE p DETACH PARTITION p1 FINALIZE",
      "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (connect = false)",
      "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (create_slot = 'off', slot_name = NONE)",
      "ALTER SUBSCRIPTION s DISABLE",
      "ALTER SUBSCRIPTION s SET (slot_name = NONE)",
      "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
      "DISCARD PLANS",
      "DISCARD TEMP",
      "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
      "CHECKPOINT",
      "CREATE ROLE r",
      "CREATE EXTENSION hstore",
      "TRUNCATE t",
      "ALTER TYPE mood ADD VALUE 'b'",
      "CALL p()",
      "DO $$ BEGIN PERFORM commit FROM t; RAISE NOTICE 'COMMIT;'; -- COMMIT;\n END $$",
      "SELECT 'VACUUM'",
      "PREPARE p AS SELECT 1",
      "EXPLAIN ANALYZE DELETE FROM t",
  };
  for (const std::string& statement : allowed) {
    for (int version = 12; version <= 18; ++version) {
      INFO(statement << " on " << version);
      CHECK_FALSE(is_forbidden(statement, version));
    }
  }
}

TEST_CASE("rules about transaction blocks that came with a later server apply from there on") {
  struct Row {
    std::string statement;
    int since;
  };
  const std::vector<Row> cases = {
      {"ALTER SUBSCRIPTION s REFRESH PUBLICATION", 14},
      {"ALTER SUBSCRIPTION s SET PUBLICATION p", 14},
      {"ALTER SUBSCRIPTION s ADD PUBLICATION p, q WITH (copy_data = false)", 14},
      {"ALTER SUBSCRIPTION s DROP PUBLICATION p WITH (refresh = true)", 14},
      {"ALTER SUBSCRIPTION s SET (failover = true)", 17},
      {"ALTER SUBSCRIPTION s SET (two_phase = false)", 18},
  };
  for (const Row& c : cases) {
    for (int version = 12; version <= 18; ++version) {
      INFO(c.statement << " on " << version);
      CHECK(is_forbidden(c.statement, version) == (version >= c.since));
    }
  }
}

TEST_CASE("transaction control is told from what only looks like it") {
  struct Row {
    std::string statement;
    Control control;
    std::string command;
  };
  const std::vector<Row> cases = {
      {"BEGIN", Control::kBegin, "BEGIN"},
      {"begin work isolation level serializable", Control::kBegin, "BEGIN"},
      {"START TRANSACTION READ ONLY", Control::kBegin, "START TRANSACTION"},
      {"COMMIT", Control::kCommit, "COMMIT"},
      {"COMMIT WORK AND CHAIN", Control::kCommit, "COMMIT"},
      {"END TRANSACTION", Control::kCommit, "END"},
      {"ROLLBACK", Control::kRollback, "ROLLBACK"},
      {"ABORT WORK", Control::kRollback, "ABORT"},
      {"ROLLBACK TO a", Control::kSavepoint, "ROLLBACK TO SAVEPOINT"},
      {"ROLLBACK WORK TO SAVEPOINT a", Control::kSavepoint, "ROLLBACK TO SAVEPOINT"},
      {"SAVEPOINT a", Control::kSavepoint, "SAVEPOINT"},
      {"RELEASE SAVEPOINT a", Control::kSavepoint, "RELEASE"},
      {"PREPARE TRANSACTION 'x'", Control::kPrepareTransaction, "PREPARE TRANSACTION"},
      {"PREPARE transaction AS SELECT 1", Control::kNone, "PREPARE"},
      {"COMMIT PREPARED 'x'", Control::kNone, "COMMIT PREPARED"},
      {"ROLLBACK PREPARED 'x'", Control::kNone, "ROLLBACK PREPARED"},
      {"SET TRANSACTION READ ONLY", Control::kNone, "SET"},
      {"CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END", Control::kNone,
       "CREATE FUNCTION"},
      {"DO $$ BEGIN COMMIT; END $$", Control::kNone, "DO"},
  };
  for (const Row& c : cases) {
    INFO(c.statement);
    const StatementClass found = classify(c.statement, 15);
    CHECK(found.control == c.control);
    CHECK(found.command == c.command);
    CHECK_FALSE(windlass::sql::check_syntax(c.statement).has_value());
  }
}

TEST_CASE("what a rerun has to ask the server about is named as it is written") {
  struct Row {
    std::string statement;
    Effect effect;
    std::string command;
    std::string object;
    std::vector<std::string> relations;
    bool if_exists;
  };
  const std::vector<Row> cases = {
      {"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I 1\" ON ONLY app.\"T\" (a)",
       Effect::kCreateIndex,
       "CREATE INDEX CONCURRENTLY",
       "app.\"I 1\"",
       {"app.\"T\""},
       true},
      {"CREATE INDEX CONCURRENTLY ON t USING gin (a)",
       Effect::kCreateIndex,
       "CREATE INDEX CONCURRENTLY",
       "",
       {"t"},
       false},
      {"CREATE INDEX i ON t (a)", Effect::kCreateIndex, "CREATE INDEX", "i", {"t"}, false},
      {"CREATE INDEX CONCURRENTLY i ON \"a.b\" (v)",
       Effect::kCreateIndex,
       "CREATE INDEX CONCURRENTLY",
       "i",
       {"\"a.b\""},
       false},
      {"CREATE INDEX CONCURRENTLY i ON \"a.b\".\"c.d\" (v)",
       Effect::kCreateIndex,
       "CREATE INDEX CONCURRENTLY",
       "\"a.b\".i",
       {"\"a.b\".\"c.d\""},
       false},
      {"DROP INDEX CONCURRENTLY IF EXISTS app . i",
       Effect::kDropIndex,
       "DROP INDEX CONCURRENTLY",
       "app.i",
       {"app.i"},
       true},
      {"REINDEX (VERBOSE) TABLE CONCURRENTLY t",
       Effect::kReindex,
       "REINDEX TABLE CONCURRENTLY",
       "t",
       {"t"},
       false},
      {"REINDEX SCHEMA s", Effect::kReindex, "REINDEX SCHEMA", "s", {}, false},
      {"REINDEX DATABASE", Effect::kReindex, "REINDEX DATABASE", "", {}, false},
      {"ALTER TYPE app.mood ADD VALUE IF NOT EXISTS 'x' BEFORE 'y'",
       Effect::kAddEnumValue,
       "ALTER TYPE ADD VALUE",
       "app.mood",
       {},
       true},
      {"ALTER TYPE mood RENAME VALUE 'x' TO 'y'", Effect::kOther, "ALTER TYPE", "", {}, false},
      {"VACUUM (FULL, ANALYZE) a, b (c, d), e",
       Effect::kIdempotent,
       "VACUUM FULL",
       "",
       {"a", "b", "e"},
       false},
      {"VACUUM ANALYZE a", Effect::kIdempotent, "VACUUM", "", {"a"}, false},
      {"ALTER TABLE IF EXISTS ONLY p DETACH PARTITION app.p1 CONCURRENTLY",
       Effect::kDetachPartition,
       "ALTER TABLE DETACH PARTITION CONCURRENTLY",
       "app.p1",
       {"p", "app.p1"},
       true},
      {"CREATE DATABASE \"D 1\" TEMPLATE template0",
       Effect::kCreateDatabase,
       "CREATE DATABASE",
       "\"D 1\"",
       {},
       false},
      {"DROP DATABASE IF EXISTS d WITH (FORCE)", Effect::kDropDatabase, "DROP DATABASE", "d", {}, true},
      {"CREATE TABLESPACE ts LOCATION '/x'", Effect::kCreateTablespace, "CREATE TABLESPACE", "ts", {}, false},
      {"DROP TABLESPACE IF EXISTS ts", Effect::kDropTablespace, "DROP TABLESPACE", "ts", {}, true},
      {"CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p",
       Effect::kCreateSubscription,
       "CREATE SUBSCRIPTION",
       "s",
       {},
       false},
      {"DROP SUBSCRIPTION s", Effect::kDropSubscription, "DROP SUBSCRIPTION", "s", {}, false},
      {"ALTER SUBSCRIPTION s ADD PUBLICATION q",
       Effect::kChangePublications,
       "ALTER SUBSCRIPTION",
       "s",
       {},
       false},
      {"ALTER SUBSCRIPTION s DROP PUBLICATION q",
       Effect::kChangePublications,
       "ALTER SUBSCRIPTION",
       "s",
       {},
       false},
      {"ALTER SUBSCRIPTION s SET PUBLICATION q", Effect::kIdempotent, "ALTER SUBSCRIPTION", "s", {}, false},
      {"ALTER SUBSCRIPTION s REFRESH PUBLICATION", Effect::kIdempotent, "ALTER SUBSCRIPTION", "s", {}, false},
      {"COMMIT PREPARED 'it''s'", Effect::kCommitPrepared, "COMMIT PREPARED", "'it''s'", {}, false},
      {"ROLLBACK PREPARED E'a\\n'", Effect::kRollbackPrepared, "ROLLBACK PREPARED", "E'a\\n'", {}, false},
      {"ALTER SYSTEM SET work_mem = '4MB'", Effect::kIdempotent, "ALTER SYSTEM", "", {}, false},
      {"ALTER DATABASE d SET TABLESPACE ts",
       Effect::kIdempotent,
       "ALTER DATABASE SET TABLESPACE",
       "",
       {},
       false},
      {"CLUSTER", Effect::kIdempotent, "CLUSTER", "", {}, false},
      {"CALL p()", Effect::kOther, "CALL", "", {}, false},
  };
  for (const Row& c : cases) {
    INFO(c.statement);
    const StatementClass found = classify(c.statement, 15);
    CHECK(found.effect == c.effect);
    CHECK(found.command == c.command);
    CHECK(found.object == c.object);
    CHECK(found.relations == c.relations);
    CHECK(found.if_exists == c.if_exists);
  }
}

TEST_CASE("classification holds no text of the user's in the command") {
  CHECK(classify("sesame open", 15).command == "unknown command");
  CHECK(classify("DROP sesame", 15).command == "DROP");
  CHECK(classify("", 15).command == "unknown command");
}

TEST_CASE("an expression of 30,000 terms is classified and does not overflow the stack") {
  std::string sum = "1";
  for (int i = 0; i < 30'000; ++i) sum += "+1";
  CHECK_FALSE(windlass::sql::check_syntax("SELECT " + sum).has_value());
  const StatementClass altered = classify("ALTER TABLE t ADD COLUMN c int DEFAULT " + sum, 15);
  CHECK(altered.lock == LockClass::kFast);
  CHECK(classify("ALTER TABLE t ADD COLUMN c int DEFAULT f() + " + sum, 15).lock == LockClass::kHeavy);
}

TEST_CASE("many statements are classified as each of them alone, from several threads at once") {
  const std::string wide = "ALTER TABLE t ADD COLUMN c text DEFAULT '" + std::string(4096, 'x') + "'";
  const std::vector<std::string_view> statements = {"BEGIN", wide, "nonsense", "VACUUM t"};
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto together = classify(statements, 15);
      for (std::size_t k = 0; k < statements.size(); ++k) {
        const StatementClass alone = classify(statements[k], 15);
        right += together[k].command == alone.command && together[k].lock == alone.lock &&
                 together[k].relations == alone.relations;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 16);
  CHECK(classify(std::vector<std::string_view>(), 15).empty());
}

TEST_CASE("a statement of several megabytes is classified by its first words") {
  std::string insert = "INSERT INTO app.t VALUES (1)";
  while (insert.size() < (std::size_t{3} << 20U)) insert += ", (1)";
  const StatementClass found = classify(insert, 15);
  CHECK(found.command == "INSERT");
  CHECK(found.relations == std::vector<std::string>{"app.t"});
}

TEST_CASE("syntax errors come with their byte offset") {
  CHECK_FALSE(windlass::sql::check_syntax("SELECT 1").has_value());
  CHECK_FALSE(windlass::sql::check_syntax("").has_value());
  const auto error = windlass::sql::check_syntax("SELECT '\xC3\xA9' FORM t x");
  REQUIRE(error.has_value());
  CHECK(error->message == "syntax error at or near \"t\"");
  CHECK(error->offset == 17);
  const auto nul = windlass::sql::check_syntax(std::string_view("SELECT\0 1", 9));
  REQUIRE(nul.has_value());
  CHECK(nul->message == "NUL byte");
  CHECK(nul->offset == 6);
}
