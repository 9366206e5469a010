#include "hook/execute/lock_tactics.hpp"

#include <catch2/catch.hpp>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

const LockBudget kBudget{Milliseconds(2'000), Milliseconds(60'000), Milliseconds(1'000), 15};

migrations::PreparedScript prepare(const std::string& sql, std::optional<bool> in_transaction = {}) {
  auto prepared = migrations::prepare_script(
      {"V1__a.sql", "V1__a.sql", migrations::TextSource(sql), in_transaction}, {}, 15);
  REQUIRE_FALSE(prepared.diagnostics.has_errors());
  return std::move(prepared.script);
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string before(const LockTactics& tactics, std::size_t index, int attempt = 0) {
  return join(tactics.before_statement(index, attempt), "; ");
}

std::vector<std::string> first_locks(const std::string& sql) {
  const auto script = prepare(sql);
  std::vector<std::string> names;
  for (const auto& lock : script_locks(script).first) names.push_back(lock.relation);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("each class of statements has limits of its own") {
  using sql::LockClass;
  struct Case {
    LockClass lock_class;
    int attempt;
    int lock_timeout;
    int statement_timeout;
  };
  const Case cases[] = {
      {LockClass::kFast, 0, 200, 2'000},    {LockClass::kFast, 1, 300, 30'000},
      {LockClass::kFast, 3, 1'200, 30'000}, {LockClass::kFast, 20, 2'000, 30'000},
      {LockClass::kScan, 0, 2'000, 60'000}, {LockClass::kHeavy, 0, 2'000, 60'000},
      {LockClass::kNone, 5, 2'000, 60'000}, {LockClass::kConcurrent, 0, 0, 0},
      {LockClass::kConcurrent, 3, 0, 0},
  };
  for (const auto& one : cases) {
    INFO(static_cast<int>(one.lock_class) << " " << one.attempt);
    const TimeLimits limits = limits_of(one.lock_class, kBudget, one.attempt);
    CHECK(limits.lock_timeout.count() == one.lock_timeout);
    CHECK(limits.statement_timeout.count() == one.statement_timeout);
  }
}

TEST_CASE("the settings are upper bounds, and 0 is none") {
  const LockBudget strict{Milliseconds(500), Milliseconds(5'000), Milliseconds(1'000), 15};
  CHECK(limits_of(sql::LockClass::kFast, strict, 1).statement_timeout.count() == 5'000);
  CHECK(limits_of(sql::LockClass::kHeavy, strict, 0).lock_timeout.count() == 500);
  CHECK(limits_of(sql::LockClass::kHeavy, strict, 3).lock_timeout.count() ==
        1'200);  // to get past an autovacuum
  const LockBudget endless{Milliseconds(0), Milliseconds(0), Milliseconds(1'000), 15};
  CHECK(limits_of(sql::LockClass::kFast, endless, 3) == TimeLimits{Milliseconds(0), Milliseconds(30'000)});
  CHECK(limits_of(sql::LockClass::kNone, endless, 3) == TimeLimits{});
}

TEST_CASE("limits change where the class of the statements does, and back before what is ours") {
  const auto script = prepare(
      "INSERT INTO t VALUES (1); ALTER TABLE t ADD a int; ALTER TABLE t ADD b int; ALTER TABLE t VALIDATE "
      "CONSTRAINT c; DROP TABLE u;");
  const LockTactics tactics(script, kBudget);
  CHECK(tactics.first_limits(0) == TimeLimits{Milliseconds(2'000), Milliseconds(60'000)});
  CHECK(before(tactics, 0).empty());
  CHECK(before(tactics, 1) == "SET LOCAL lock_timeout = 200; SET LOCAL statement_timeout = 2000");
  CHECK(before(tactics, 2).empty());
  CHECK(before(tactics, 3) == "SET LOCAL lock_timeout = 2000; SET LOCAL statement_timeout = 60000");
  CHECK(join(tactics.after_script(0), "; ") ==
        "SET LOCAL lock_timeout = 2000; SET LOCAL statement_timeout = 60000");
}

TEST_CASE("a statement on a table that the script makes keeps nobody out") {
  const auto script =
      prepare("CREATE TABLE n (id int); CREATE INDEX i ON n (id); COMMENT ON TABLE n IS 'x';");
  const LockTactics tactics(script, kBudget);
  for (std::size_t i = 0; i < 3; ++i) CHECK(before(tactics, i).empty());
  CHECK_FALSE(tactics.has_prelude(0));
  CHECK_FALSE(tactics.has_prelude(3));
}

TEST_CASE("a limit that the script sets itself stays as it is set") {
  const auto script =
      prepare("ALTER TABLE t ADD a int; SET LOCAL statement_timeout = '5min'; ALTER TABLE t ADD b int;");
  const LockTactics tactics(script, kBudget);
  CHECK(before(tactics, 1) == "SET LOCAL lock_timeout = 2000; SET LOCAL statement_timeout = 60000");
  CHECK(before(tactics, 2) == "SET LOCAL lock_timeout = 200");
  CHECK(tactics.was_cut_short(0, 0));
  CHECK_FALSE(tactics.was_cut_short(0, 1));
  CHECK_FALSE(tactics.was_cut_short(2, 0));
}

TEST_CASE("version 12 starts its clock anew only when it was off") {
  const auto script = prepare("ALTER TABLE t ADD a int; ALTER TABLE t ADD b int;");
  LockBudget budget = kBudget;
  budget.server_major = 12;
  CHECK(before(LockTactics(script, budget), 1) ==
        "SET LOCAL statement_timeout = 0; SET LOCAL statement_timeout = 2000");
}

TEST_CASE("tables are locked in advance as soon as somebody was in the way, or when they are many") {
  const auto script = prepare("ALTER TABLE b ADD x int; ALTER TABLE a ADD x int;");
  const LockTactics tactics(script, kBudget);
  CHECK_FALSE(tactics.has_prelude(0));
  CHECK(tactics.has_prelude(1));
  CHECK(tactics.first_limits(1) == TimeLimits{Milliseconds(300), Milliseconds(300)});  // for both together
  CHECK(before(tactics, 0, 1) == "SET LOCAL statement_timeout = 30000");
  CHECK_THAT(tactics.prelude(1, quoted), Catch::Contains("('b', 4, true, NULL::text), ('a', 4, true"));
  std::string many;
  for (int i = 0; i < 11; ++i) many += "ALTER TABLE t" + std::to_string(i) + " ADD x int;";
  const auto large = prepare(many);
  CHECK(LockTactics(large, kBudget).has_prelude(0));
}

TEST_CASE("only tables before the first long statement are locked in advance, and none that are new") {
  CHECK(first_locks("ALTER TABLE a ADD x int; UPDATE a SET x = 1; ALTER TABLE b ADD x int;") == Names{"a"});
  CHECK(first_locks("ALTER TABLE a ADD x int; INSERT INTO a VALUES (1); ALTER TABLE b ADD x int;") ==
        Names{"a", "b"});
  CHECK(first_locks("ALTER TABLE a ADD x int; INSERT INTO a SELECT 1; ALTER TABLE b ADD x int;") ==
        Names{"a"});
  CHECK(first_locks("ALTER TABLE a ALTER x TYPE bigint; ALTER TABLE b ADD x int;") == Names{"a"});
  CHECK(first_locks("CREATE TABLE n (id int REFERENCES a); ALTER TABLE n ADD x int; DROP TABLE b;") ==
        Names{"a", "b"});
  CHECK(first_locks("SET search_path = other; ALTER TABLE a ADD x int; ALTER TABLE app.b ADD x int;") ==
        Names{"app.b"});
  CHECK(first_locks("SELECT 1;").empty());
}

TEST_CASE("regression: after RESET ALL a table without a schema was looked for where it stood before") {
  const std::string rebuilds = "ALTER TABLE a ALTER x TYPE bigint; ALTER TABLE app.b ALTER x TYPE bigint;";
  CHECK(script_locks(prepare(rebuilds, false)).heavy.size() == 2);
  const auto locks = script_locks(prepare("RESET ALL; " + rebuilds, false));
  REQUIRE(locks.heavy.size() == 1);
  CHECK(locks.heavy[0].relation == "app.b");
}

TEST_CASE("callbacks that share the transaction have its limits, all the same ones") {
  const auto script = prepare("ALTER TABLE b ADD x int; UPDATE b SET x = 1; ALTER TABLE a ADD x int;");
  const LockTactics tactics(script, kBudget, Limits::kUniform);
  CHECK(tactics.first_limits(1) == TimeLimits{Milliseconds(300), Milliseconds(60'000)});
  for (std::size_t i = 0; i < 3; ++i) CHECK(before(tactics, i, 1).empty());
  CHECK(tactics.after_script(1).empty());
  CHECK_FALSE(tactics.has_prelude(3));
  CHECK_FALSE(tactics.was_cut_short(0, 0));
}

TEST_CASE("a heavy statement is announced with whom it keeps out") {
  const auto script = prepare("CREATE INDEX i ON t (a); ALTER TABLE t ALTER a TYPE bigint;");
  const auto heavy = script_locks(script).heavy;
  REQUIRE(heavy.size() == 2);
  CHECK(heavy[0].what == "statement 1 (CREATE INDEX)");
  CHECK(heavy[0].keeps_out == "writers");
  CHECK(heavy[1].keeps_out == "readers and writers");
  LockTactics tactics(script, kBudget);
  CHECK(tactics.has_prelude(0));
  CHECK_THAT(tactics.prelude(0, quoted), !Catch::Contains("LOCK TABLE"));
  tactics.give_up_prelude();
  CHECK_FALSE(tactics.has_prelude(0));
  CHECK(tactics.prelude(0, quoted).empty());
}

}  // namespace windlass::hook
