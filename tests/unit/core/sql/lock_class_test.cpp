#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/sql/classify.hpp"

namespace {

using windlass::sql::classify;
using windlass::sql::LockClass;
using windlass::sql::StatementClass;

struct Case {
  std::string statement;
  LockClass lock;
  std::vector<std::string> relations = {};
};

enum class Grammar { kOfFifteen, kNewer };

void check_table(const std::vector<Case>& cases, Grammar grammar = Grammar::kOfFifteen) {
  for (const Case& c : cases) {
    INFO(c.statement);
    const StatementClass found = classify(c.statement, 15);
    CHECK(found.lock == c.lock);
    CHECK(found.relations == c.relations);
    CHECK(windlass::sql::check_syntax(c.statement).has_value() == (grammar == Grammar::kNewer));
  }
}

}  // namespace

TEST_CASE("statements that lock nothing that others wait for") {
  check_table({
      {"SELECT * FROM t", LockClass::kNone},
      {"(SELECT 1) UNION (SELECT 2)", LockClass::kNone},
      {"INSERT INTO app.t VALUES (1)", LockClass::kNone, {"app.t"}},
      {"UPDATE ONLY t SET a = 1", LockClass::kNone, {"t"}},
      {"DELETE FROM \"T\"", LockClass::kNone, {"\"T\""}},
      {"MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE", LockClass::kNone, {"t"}},
      {"COPY t (a) FROM STDIN", LockClass::kNone, {"t"}},
      {"COPY (SELECT 1) TO STDOUT", LockClass::kNone},
      {"SET work_mem = '4MB'", LockClass::kNone},
      {"GRANT SELECT ON t TO r", LockClass::kNone},
      {"CREATE TABLE t (a int PRIMARY KEY, b int REFERENCES t)", LockClass::kNone},
      {"CREATE TEMP TABLE t AS SELECT 1", LockClass::kNone},
      {"CREATE VIEW v AS SELECT 1", LockClass::kNone},
      {"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", LockClass::kNone},
      {"CREATE SCHEMA s", LockClass::kNone},
      {"DROP ROLE r", LockClass::kNone},
      {"DROP DATABASE d", LockClass::kNone},
      {"DO $$ BEGIN END $$", LockClass::kNone},
  });
}

TEST_CASE("changes of the catalogue only are fast, with every table that they lock") {
  check_table({
      {"ALTER TABLE t ADD COLUMN a int", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ADD a timestamptz DEFAULT now() NOT NULL", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ADD a timestamptz DEFAULT current_timestamp", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ADD a numeric(10, 2) DEFAULT 1.5", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ADD a int REFERENCES app.u", LockClass::kFast, {"t", "app.u"}},
      {"ALTER TABLE t DROP COLUMN a, DROP COLUMN b", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ALTER a SET DEFAULT f()", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ALTER a DROP NOT NULL", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ALTER a SET STATISTICS 100", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES \"U\" (b) NOT VALID", LockClass::kFast, {"t", "\"U\""}},
      {"ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY USING INDEX i", LockClass::kFast, {"t"}},
      {"ALTER TABLE t DROP CONSTRAINT c", LockClass::kFast, {"t"}},
      {"ALTER TABLE t RENAME TO u", LockClass::kFast, {"t"}},
      {"ALTER TABLE IF EXISTS ONLY app.t RENAME a TO b", LockClass::kFast, {"app.t"}},
      {"ALTER TABLE t SET SCHEMA s", LockClass::kFast, {"t"}},
      {"ALTER TABLE t OWNER TO r", LockClass::kFast, {"t"}},
      {"ALTER TABLE t ENABLE ROW LEVEL SECURITY", LockClass::kFast, {"t"}},
      {"ALTER TABLE t DISABLE TRIGGER ALL", LockClass::kFast, {"t"}},
      {"ALTER TABLE t INHERIT u", LockClass::kFast, {"t", "u"}},
      {"ALTER TABLE t DETACH PARTITION p", LockClass::kFast, {"t", "p"}},
      {"ALTER INDEX i RENAME TO j", LockClass::kFast, {"i"}},
      {"ALTER INDEX i ATTACH PARTITION j", LockClass::kFast, {"i", "j"}},
      {"ALTER SEQUENCE s RESTART", LockClass::kFast, {"s"}},
      {"ALTER VIEW v RENAME TO w", LockClass::kFast, {"v"}},
      {"ALTER TYPE mood ADD VALUE 'x'", LockClass::kFast},
      {"ALTER DOMAIN d ADD CONSTRAINT c CHECK (value > 0) NOT VALID", LockClass::kFast},
      {"ALTER DOMAIN d SET DEFAULT 1", LockClass::kFast},
      {"DROP TABLE IF EXISTS a, app.b CASCADE", LockClass::kFast, {"a", "app.b"}},
      {"DROP INDEX i", LockClass::kFast, {"i"}},
      {"DROP VIEW v", LockClass::kFast, {"v"}},
      {"DROP TRIGGER IF EXISTS tr ON app.t", LockClass::kFast, {"app.t"}},
      {"DROP FUNCTION f(int, int)", LockClass::kFast},
      {"TRUNCATE TABLE ONLY a, b RESTART IDENTITY", LockClass::kFast, {"a", "b"}},
      {"LOCK TABLE a, ONLY b IN SHARE MODE", LockClass::kFast, {"a", "b"}},
      {"CREATE TABLE t (a int REFERENCES u, b int, FOREIGN KEY (b) REFERENCES app.w)",
       LockClass::kFast,
       {"u", "app.w"}},
      {"CREATE TABLE p1 PARTITION OF p DEFAULT", LockClass::kFast, {"p"}},
      {"CREATE TABLE IF NOT EXISTS c (a int) INHERITS (p, q)", LockClass::kFast, {"p", "q"}},
      {"CREATE OR REPLACE VIEW v AS SELECT 1", LockClass::kFast, {"v"}},
      {"CREATE CONSTRAINT TRIGGER tr AFTER UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f()",
       LockClass::kFast,
       {"t"}},
      {"CREATE POLICY p ON t USING (true)", LockClass::kFast, {"t"}},
      {"CREATE OR REPLACE RULE r AS ON INSERT TO t DO NOTHING", LockClass::kFast, {"t"}},
      {"CREATE STATISTICS s ON a, b FROM t", LockClass::kFast, {"t"}},
      {"CREATE PUBLICATION p FOR TABLE t", LockClass::kFast},
      {"COMMENT ON TABLE app.t IS 'x'", LockClass::kFast, {"app.t"}},
      {"COMMENT ON FUNCTION f() IS 'x'", LockClass::kFast},
  });
}

TEST_CASE("a strong lock over a scan or a rewrite is heavy") {
  check_table({
      {"CREATE INDEX i ON t (a)", LockClass::kHeavy, {"t"}},
      {"REINDEX TABLE t", LockClass::kHeavy, {"t"}},
      {"VACUUM FULL t", LockClass::kHeavy, {"t"}},
      {"CLUSTER t USING i", LockClass::kHeavy, {"t"}},
      {"CLUSTER i ON t", LockClass::kHeavy, {"t"}},
      {"REFRESH MATERIALIZED VIEW m", LockClass::kHeavy, {"m"}},
      {"ALTER TABLE t ALTER a TYPE bigint", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ALTER COLUMN a SET NOT NULL", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD a timestamptz DEFAULT clock_timestamp()", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD a text DEFAULT 'x' || lower(app.f())", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD a bigserial", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD a int GENERATED BY DEFAULT AS IDENTITY", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD a int GENERATED ALWAYS AS (b + 1) STORED", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD a int UNIQUE", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD a int CHECK (a > 0)", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD a int DEFAULT 1 REFERENCES u", LockClass::kHeavy, {"t", "u"}},
      {"ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u", LockClass::kHeavy, {"t", "u"}},
      {"ALTER TABLE t ADD UNIQUE (a)", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD PRIMARY KEY (a)", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ADD EXCLUDE USING gist (a WITH &&)", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t SET UNLOGGED", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t SET TABLESPACE ts", LockClass::kHeavy, {"t"}},
      {"ALTER INDEX i SET TABLESPACE ts", LockClass::kHeavy, {"i"}},
      {"ALTER INDEX ALL IN TABLESPACE a SET TABLESPACE b", LockClass::kHeavy},
      {"ALTER TABLE t SET ACCESS METHOD heap", LockClass::kHeavy, {"t"}},
      {"ALTER TABLE t ATTACH PARTITION p DEFAULT", LockClass::kHeavy, {"t", "p"}},
      {"ALTER DOMAIN d ADD CONSTRAINT c CHECK (value > 0)", LockClass::kHeavy},
      {"ALTER DOMAIN d VALIDATE CONSTRAINT c", LockClass::kHeavy},
      {"ALTER DOMAIN d SET NOT NULL", LockClass::kHeavy},
      {"ALTER TABLE t DROP a, VALIDATE CONSTRAINT c", LockClass::kHeavy, {"t"}},
  });
}

TEST_CASE("long work under a weak lock is a scan, and what must not time out is concurrent") {
  check_table({
      {"ALTER TABLE t VALIDATE CONSTRAINT a, VALIDATE CONSTRAINT b", LockClass::kScan, {"t"}},
      {"VACUUM t", LockClass::kScan, {"t"}},
      {"ANALYZE VERBOSE t (a), app.u", LockClass::kScan, {"t", "app.u"}},
      {"ANALYZE", LockClass::kScan},
      {"REFRESH MATERIALIZED VIEW CONCURRENTLY app.m", LockClass::kScan, {"app.m"}},
      {"CREATE INDEX CONCURRENTLY i ON t (a)", LockClass::kConcurrent, {"t"}},
      {"DROP INDEX CONCURRENTLY i", LockClass::kConcurrent, {"i"}},
      {"REINDEX INDEX CONCURRENTLY i", LockClass::kConcurrent, {"i"}},
      {"ALTER TABLE t DETACH PARTITION p CONCURRENTLY", LockClass::kConcurrent, {"t", "p"}},
  });
}

TEST_CASE("grammar newer than the parser is classified by its words") {
  check_table(
      {
          {"ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID", LockClass::kFast, {"t"}},
          {"ALTER TABLE t ADD CONSTRAINT n NOT NULL a", LockClass::kHeavy, {"t"}},
          {"ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED", LockClass::kFast, {"t"}},
          {"ALTER TABLE t ADD a int GENERATED ALWAYS AS (b + 1) VIRTUAL", LockClass::kFast, {"t"}},
          {"ALTER TABLE t ALTER a SET EXPRESSION AS (b + 2)", LockClass::kHeavy, {"t"}},
          {"ALTER TABLE t ADD a int DEFAULT 1_000", LockClass::kFast, {"t"}},
          {"ALTER TABLE t ADD a int DEFAULT f(0xFF), DROP b", LockClass::kHeavy, {"t"}},
          {"ALTER TABLE t ALTER a SET DEFAULT 1_000, ALTER b TYPE bigint", LockClass::kHeavy, {"t"}},
          {"ALTER TABLE t ALTER a SET STATISTICS DEFAULT", LockClass::kFast, {"t"}},
          {"ALTER TABLE t SET ACCESS METHOD DEFAULT", LockClass::kHeavy, {"t"}},
          {"CREATE TABLE t (a int DEFAULT 1_000)", LockClass::kNone},
          {"REINDEX SYSTEM", LockClass::kHeavy},
          {"VACUUM (ONLY_DATABASE_STATS) ONLY t", LockClass::kScan, {"t"}},
      },
      Grammar::kNewer);
}
