// What the classification says, asked of a real server.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/sql/classify.hpp"
#include "tests/support/test_database.hpp"

namespace {

using windlass::sql::classify;
using windlass::sql::InTransaction;
using windlass::sql::LockClass;
using windlass::testing::TestDatabase;

constexpr const char* kSetUp = R"(
CREATE TABLE u (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, v text, n int, CONSTRAINT positive CHECK (id > 0) NOT VALID);
CREATE INDEX i ON t (v);
CREATE UNIQUE INDEX ui ON t (n);
CREATE TABLE p (k int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 (k int);
CREATE TYPE mood AS ENUM ('a');
CREATE VIEW w AS SELECT 1 AS x;
CREATE MATERIALIZED VIEW m AS SELECT 1 AS x;
CREATE UNIQUE INDEX mi ON m (x);
CREATE SEQUENCE s;
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
CREATE TABLE known AS SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace;
)";

int server_version(const TestDatabase& database) {
  return std::stoi(database.value("SELECT current_setting('server_version_num')::int / 10000"));
}

// The server's refusal of `statement` behind a BEGIN; empty when it is taken.
std::string error_in_block(const TestDatabase& database, const std::string& statement) {
  try {
    database.query("BEGIN;\n" + statement + ";\nROLLBACK");
  } catch (const windlass::Error& error) {
    return error.details();
  }
  return "";
}

// The locks that `statement` takes on relations that stood before it: their names, the strongest mode of
// each.
std::map<std::string, int> locks_of(const TestDatabase& database, const std::string& statement) {
  const auto rows = database.query("BEGIN;\n" + statement + R"(;
SELECT DISTINCT relname, array_position(array['AccessShareLock', 'RowShareLock', 'RowExclusiveLock',
  'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'], mode)
FROM pg_locks JOIN known ON known.oid = relation WHERE pid = pg_backend_pid();
ROLLBACK)");
  std::map<std::string, int> locks;
  for (const auto& row : rows) {
    if (row.size() == 2) locks[row[0]] = std::max(locks[row[0]], std::stoi(row[1]));
  }
  return locks;
}

constexpr int kRowExclusive = 3;
constexpr int kShareUpdateExclusive = 4;
constexpr int kExclusive = 7;

}  // namespace

TEST_CASE("a server refuses in a transaction block what is classified so, and nothing else") {
  const TestDatabase database;
  database.query(kSetUp);
  const int version = server_version(database);
  const std::vector<std::string> statements = {
      "VACUUM",
      "VACUUM (ANALYZE) t",
      "VACUUM FULL t",
      "ANALYZE t",
      "CLUSTER",
      "CLUSTER t USING i",
      "CLUSTER VERBOSE",
      "CLUSTER (VERBOSE)",
      "REINDEX TABLE t",
      "REINDEX INDEX i",
      "REINDEX TABLE CONCURRENTLY t",
      "REINDEX (CONCURRENTLY) INDEX i",
      "REINDEX (CONCURRENTLY FALSE) INDEX i",
      "REINDEX (VERBOSE) TABLE t",
      "REINDEX SCHEMA public",
      "REINDEX SCHEMA CONCURRENTLY public",
      "REINDEX DATABASE x",
      "REINDEX SYSTEM x",
      "CREATE INDEX CONCURRENTLY c ON t (v)",
      "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS c ON t (id)",
      "CREATE INDEX \"concurrently\" ON t (v)",
      "DROP INDEX CONCURRENTLY i",
      "DROP INDEX i",
      "CREATE DATABASE d",
      "DROP DATABASE IF EXISTS d",
      "ALTER DATABASE d SET TABLESPACE x",
      "CREATE TABLESPACE x LOCATION '/nonexistent'",
      "DROP TABLESPACE x",
      "ALTER SYSTEM SET work_mem = '4MB'",
      "ALTER SYSTEM RESET ALL",
      "DISCARD ALL",
      "DISCARD PLANS",
      "COMMIT PREPARED 'x'",
      "ROLLBACK PREPARED 'x'",
      "ALTER TABLE p DETACH PARTITION p1",
      "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
      "CREATE SUBSCRIPTION x CONNECTION 'port=1' PUBLICATION y",
      "CREATE SUBSCRIPTION x CONNECTION 'port=1' PUBLICATION y WITH (create_slot)",
      "CREATE SUBSCRIPTION x CONNECTION 'port=1' PUBLICATION y WITH (connect = 'off')",
      "ALTER TYPE mood ADD VALUE 'b'",
      "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
      "CHECKPOINT",
      "TRUNCATE t",
      "LOCK TABLE t",
      "CREATE ROLE windlass_x",
      "DO $$ BEGIN COMMIT; END $$",
      "DO 'BEGIN ROLLBACK; END'",
      "DO $$ BEGIN PERFORM 1; END $$",
      "DO $$ BEGIN EXECUTE 'SELECT 1'; COMMIT AND CHAIN; END $$",
  };
  for (const std::string& statement : statements) {
    const std::string error = error_in_block(database, statement);
    const bool refused = error.find("cannot run inside a transaction block") != std::string::npos ||
                         error.find("invalid transaction termination") != std::string::npos;
    INFO(statement << ": " << error);
    if (error.find("syntax error") != std::string::npos) continue;  // newer than the server
    CHECK(refused == (classify(statement, version).in_transaction == InTransaction::kForbidden));
  }
}

TEST_CASE("a server locks the relations that are named, as strongly as the class says") {
  const TestDatabase database;
  database.query(kSetUp);
  const std::vector<std::string> statements = {
      "SELECT * FROM t",
      "INSERT INTO t VALUES (1)",
      "UPDATE t SET v = 'x'",
      "DELETE FROM ONLY t",

      "CREATE TABLE x (a int)",
      "CREATE TABLE x AS SELECT * FROM t",
      "CREATE VIEW x AS SELECT * FROM t",
      "CREATE TABLE x (a int REFERENCES u)",
      "CREATE TABLE x () INHERITS (t)",
      "CREATE TABLE x PARTITION OF p FOR VALUES FROM (10) TO (20)",
      "CREATE OR REPLACE VIEW w AS SELECT 2 AS x",
      "CREATE INDEX x ON t (v)",
      "CREATE INDEX ON ONLY p (k)",
      "CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION g()",
      "CREATE POLICY x ON t",
      "CREATE RULE x AS ON DELETE TO t DO NOTHING",
      "CREATE STATISTICS x ON id, n FROM t",
      "ALTER TABLE t ADD a int",
      "ALTER TABLE t ADD a int REFERENCES u",
      "ALTER TABLE t ADD a int DEFAULT 1 REFERENCES u",
      "ALTER TABLE t DROP v",
      "ALTER TABLE t ALTER id TYPE bigint",
      "ALTER TABLE t ALTER n SET NOT NULL",
      "ALTER TABLE t ALTER n SET STATISTICS 100",
      "ALTER TABLE t ADD CHECK (n > 0)",
      "ALTER TABLE t ADD CHECK (n > 0) NOT VALID",
      "ALTER TABLE t VALIDATE CONSTRAINT positive",
      "ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES u NOT VALID",
      "ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES u",
      "ALTER TABLE t ADD UNIQUE USING INDEX ui",
      "ALTER TABLE t RENAME v TO x",
      "ALTER TABLE t RENAME TO x",
      "ALTER TABLE t SET (fillfactor = 70)",
      "ALTER TABLE t DISABLE TRIGGER tr",
      "ALTER TRIGGER tr ON t RENAME TO x",
      "ALTER INDEX i RENAME TO x",
      "ALTER SEQUENCE s RESTART",
      "ALTER VIEW w RENAME TO x",
      "ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (20) TO (30)",
      "ALTER TABLE p DETACH PARTITION p1",
      "DROP TABLE t, u",
      "DROP INDEX i",
      "DROP VIEW w",
      "DROP SEQUENCE s",
      "DROP MATERIALIZED VIEW m",
      "DROP TRIGGER tr ON t",
      "TRUNCATE t, u",
      "LOCK TABLE t, u IN SHARE MODE",
      "REINDEX INDEX i",
      "REINDEX TABLE t",
      "CLUSTER t USING i",
      "ANALYZE t",
      "REFRESH MATERIALIZED VIEW m",
      "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
      "COMMENT ON TABLE t IS 'x'",
      "COMMENT ON INDEX i IS 'x'",
  };
  for (const std::string& statement : statements) {
    const auto found = classify(statement, server_version(database));
    const auto locks = locks_of(database, statement);
    INFO(statement);
    int strongest = 0;
    for (const auto& [relation, mode] : locks) strongest = std::max(strongest, mode);
    for (const std::string& relation : found.relations) CHECK(locks.count(relation) == 1);
    if (found.lock == LockClass::kNone) CHECK(strongest <= kRowExclusive);
    if (found.lock == LockClass::kScan)
      CHECK((strongest == kShareUpdateExclusive || strongest == kExclusive));
    if (found.lock == LockClass::kFast || found.lock == LockClass::kHeavy)
      CHECK(strongest >= kShareUpdateExclusive);
  }
}
