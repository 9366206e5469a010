#include "core/sql/relation_locks.hpp"

#include <catch2/catch.hpp>

namespace windlass::sql {
namespace {

// "app.t ACCESS EXCLUSIVE *, u SHARE": * for children, a dropped key behind a minus.
std::string locks_of(std::string_view statement) {
  std::string text;
  for (const auto& lock : relation_locks(statement, classify(statement, 15)).locks) {
    text += (text.empty() ? "" : ", ") + lock.relation + " " + std::string(lock_mode_name(lock.mode));
    if (lock.with_children) text += " *";
    if (lock.drops_key) text += " -" + *lock.drops_key;
  }
  return text;
}

std::vector<std::string> creates(std::string_view statement) {
  return relation_locks(statement, classify(statement, 15)).creates;
}

}  // namespace

TEST_CASE("a statement's tables are locked in advance as it locks them itself, and never more strongly") {
  const std::pair<const char*, const char*> cases[] = {
      {"ALTER TABLE app.t ADD COLUMN a int", "app.t ACCESS EXCLUSIVE *"},
      {"ALTER TABLE ONLY t ADD COLUMN a int", "t ACCESS EXCLUSIVE"},
      {"ALTER TABLE t OWNER TO r", "t ACCESS EXCLUSIVE"},
      {"ALTER TABLE t VALIDATE CONSTRAINT c", "t SHARE UPDATE EXCLUSIVE"},
      {"ALTER TABLE t ALTER a SET STATISTICS 10", "t SHARE UPDATE EXCLUSIVE"},
      {"ALTER TABLE t SET (fillfactor = 70)", "t SHARE UPDATE EXCLUSIVE"},
      {"ALTER TABLE t DISABLE TRIGGER ALL", "t SHARE ROW EXCLUSIVE"},
      {"ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES \"U\" NOT VALID",
       "\"U\" SHARE ROW EXCLUSIVE, t SHARE ROW EXCLUSIVE *"},
      {"ALTER TABLE t ADD COLUMN a int REFERENCES u", "u SHARE ROW EXCLUSIVE, t ACCESS EXCLUSIVE *"},
      {"ALTER TABLE t VALIDATE CONSTRAINT c, DISABLE TRIGGER g", "t SHARE ROW EXCLUSIVE"},
      {"ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", "t ACCESS EXCLUSIVE *"},
      {"ALTER TABLE t DROP CONSTRAINT \"K\"", "t ACCESS EXCLUSIVE *, t ACCESS EXCLUSIVE * -K"},
      {"ALTER TABLE t ATTACH PARTITION p DEFAULT", "p ACCESS EXCLUSIVE *, t SHARE UPDATE EXCLUSIVE"},
      {"ALTER TABLE t DETACH PARTITION p", "p SHARE UPDATE EXCLUSIVE, t ACCESS EXCLUSIVE"},
      {"ALTER TABLE t INHERIT u", "u SHARE UPDATE EXCLUSIVE, t ACCESS EXCLUSIVE"},
      {"ALTER TABLE t RENAME TO u", "t ACCESS EXCLUSIVE"},
      {"ALTER TABLE t RENAME a TO b", "t ACCESS EXCLUSIVE *"},
      {"ALTER TABLE t SET SCHEMA s", "t ACCESS EXCLUSIVE"},
      {"CREATE INDEX i ON t (a)", "t SHARE *"},
      {"CREATE UNIQUE INDEX i ON ONLY t (a)", "t SHARE"},
      {"CREATE TRIGGER g AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()", "t SHARE ROW EXCLUSIVE"},
      {"DROP TRIGGER g ON app.t", "app.t ACCESS EXCLUSIVE"},
      {"CREATE POLICY p ON t USING (true)", "t ACCESS EXCLUSIVE"},
      {"DROP TABLE IF EXISTS a, app.b", "a ACCESS EXCLUSIVE * -, app.b ACCESS EXCLUSIVE * -"},
      {"TRUNCATE a", "a ACCESS EXCLUSIVE *"},
      {"TRUNCATE ONLY a, b", "a ACCESS EXCLUSIVE, b ACCESS EXCLUSIVE"},
      {"COMMENT ON TABLE t IS 'x'", "t SHARE UPDATE EXCLUSIVE"},
      {"CREATE TABLE n (a int REFERENCES u, n int REFERENCES n, FOREIGN KEY (a) REFERENCES app.w)",
       "u SHARE ROW EXCLUSIVE, app.w SHARE ROW EXCLUSIVE"},
      {"CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)", "p ACCESS EXCLUSIVE"},
      {"CREATE TABLE c () INHERITS (p)", "p SHARE UPDATE EXCLUSIVE"},
  };
  for (const auto& [statement, expected] : cases) {
    INFO(statement);
    CHECK(locks_of(statement) == expected);
  }
}

TEST_CASE("what cannot or need not be locked in advance is left to the statement") {
  for (const char* statement :
       {"SELECT 1", "UPDATE t SET a = 1", "ALTER INDEX i RENAME TO j", "ALTER VIEW v RENAME TO w",
        "ALTER SEQUENCE s RESTART", "DROP INDEX i", "CREATE TABLE n (a int)", "LOCK TABLE t IN SHARE MODE",
        "REFRESH MATERIALIZED VIEW m", "ALTER TYPE y ADD VALUE 'x'", "ALTER TABLE t ADD nonsense, , ,"}) {
    INFO(statement);
    CHECK(locks_of(statement).empty());
  }
}

TEST_CASE("tables that a statement makes are known by the names that they get") {
  CHECK(creates("CREATE TABLE IF NOT EXISTS app.n (a int)") == std::vector<std::string>{"app.n"});
  CHECK(creates("CREATE TEMP TABLE n AS SELECT 1") == std::vector<std::string>{"n"});
  CHECK(creates("CREATE TABLE p1 PARTITION OF p DEFAULT") == std::vector<std::string>{"p1"});
  CHECK(creates("ALTER TABLE t RENAME TO u") == std::vector<std::string>{"u"});
  CHECK(creates("ALTER TABLE t ADD COLUMN a int").empty());
}

}  // namespace windlass::sql
