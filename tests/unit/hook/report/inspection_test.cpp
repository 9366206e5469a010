#include "hook/report/inspection.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "hook/report/write_inspection.hpp"

namespace windlass::hook {
namespace {

using Texts = std::vector<std::string>;

StatementInFlight in_flight(const std::string& settlement) {
  StatementInFlight one;
  one.script = "V3__index.sql";
  one.statement = 2;
  one.place = "sql/V3__index.sql:2:1";
  one.command = "CALL";
  one.words = "CALL grow()";
  one.run_id = "5f1c";
  one.started_at = "2026-01-31 12:00:00+00";
  one.settlement = settlement;
  return one;
}

LiveRun live() {
  LiveRun run;
  run.backend = 42;
  run.application = "windlass-hook migrate app-7x";
  run.role = "app";
  run.script = "V3__index.sql";
  run.run_id = "5f1c";
  run.phase = "migrate";
  run.statement = "CREATE INDEX CONCURRENTLY i ON t (a)";
  return run;
}

LiveRun leased(int backend) {
  LiveRun run;
  run.by_lease = true;
  run.backend = backend;
  run.phase = "migrate";
  run.runner = "app-7x";
  run.heartbeat = "2026-01-31 12:00:00+00";
  return run;
}

Inspection with(const std::string& what) {
  Inspection inspection;
  inspection.schema = "public";
  inspection.version = "2";
  if (what == "pending") inspection.pending = {"V3__a.sql"};
  if (what == "failed") inspection.failed = {"V3__a.sql"};
  if (what == "unread") inspection.unread = {"the run records: permission denied"};
  if (what == "disagreement") inspection.disagreements = {"Migration checksum mismatch [CHECKSUM_MISMATCH]"};
  if (what == "begun" || what == "unknown") inspection.begun = {"V3__index.sql"};
  if (what == "unknown") inspection.in_flight = {in_flight("happened"), in_flight("unknown")};
  if (what == "live") inspection.live = live();
  if (what == "leased") inspection.live = leased(0);
  if (what == "leased, at work") inspection.live = leased(43);
  return inspection;
}

struct History {
  bool exists;
  bool schemas_empty;
};
constexpr History kThere{true, true};

}  // namespace

TEST_CASE("the state of a database, in one word, one sentence and the commands that follow") {
  struct Case {
    std::string what;
    History history;
    std::string state;
    std::string summary;
    Texts next;
  };
  const std::vector<Case> cases{
      {"", kThere, "up-to-date", "up to date at version 2", {}},
      {"pending", kThere, "pending", "at version 2, 1 script pending", {"windlass-hook migrate"}},
      {"pending",
       {false, true},
       "never-migrated",
       "public has never been migrated, 1 script pending",
       {"windlass-hook migrate"}},
      {"pending",
       {false, false},
       "no-history",
       "public holds objects but no history table",
       {"windlass-hook baseline --baseline-version VERSION"}},
      {"failed",
       kThere,
       "failed-row",
       "the history table holds a failed migration: V3__a.sql",
       {"windlass-hook mark-applied --script V3__a.sql", "windlass-hook repair", "windlass-hook migrate"}},
      {"disagreement",
       kThere,
       "disagreement",
       "the scripts and the history table disagree in 1 place",
       {"windlass-hook validate", "windlass-hook repair"}},
      {"unread",
       kThere,
       "unreadable",
       "not everything could be read: the run records: permission denied",
       {"windlass-hook preflight"}},
      {"begun",
       kThere,
       "interrupted",
       "interrupted: V3__index.sql is partly applied, and a run can go on with it",
       {"windlass-hook resume"}},
      {"unknown",
       kThere,
       "partly-applied",
       "partly applied: only a person can know how statement 2 of V3__index.sql (CALL) ended",
       {"windlass-hook repair --confirm applied:V3__index.sql",
        "windlass-hook repair --confirm not-applied:V3__index.sql", "windlass-hook resume"}},
      {"live",
       kThere,
       "running",
       "at version 2, process 42 holds the lock: windlass-hook migrate app-7x",
       {"SELECT pg_terminate_backend(42);"}},
      {"leased",
       kThere,
       "running",
       "at version 2, migrate of app-7x holds a lease",
       {"windlass-hook migrate"}},
      {"leased, at work",
       kThere,
       "running",
       "at version 2, migrate of app-7x holds a lease",
       {"SELECT pg_terminate_backend(43);"}},
  };
  for (const auto& c : cases) {
    INFO(c.what);
    Inspection inspection = with(c.what);
    inspection.condition = condition_of(inspection, c.history.exists, c.history.schemas_empty);
    CHECK(condition_name(inspection.condition) == c.state);
    CHECK(summary_of(inspection) == c.summary);
    CHECK(next_of(inspection) == c.next);
  }
}

TEST_CASE("what is left over is cleared up by hand only when no run goes on with it") {
  Inspection inspection = with("");
  inspection.objects = {{"invalid-index", "public.i", "public.t", "", "DROP INDEX CONCURRENTLY public.i;"},
                        {"prepared-transaction", "'pay'", "", "of app, since yesterday", ""}};
  CHECK(next_of(inspection) == Texts{"DROP INDEX CONCURRENTLY public.i;"});
  inspection.begun = {"V3__index.sql"};
  inspection.condition = DatabaseCondition::kInterrupted;
  CHECK(next_of(inspection) == Texts{"windlass-hook resume"});
}

TEST_CASE("an inspection as text has one fact a line, its kind in front") {
  Inspection inspection = with("unknown");
  inspection.database = "shop";
  inspection.address = "db:5432";
  inspection.condition = DatabaseCondition::kPartlyApplied;
  inspection.in_flight[0].found = "absent";
  inspection.in_flight[0].now = "there 16402";
  inspection.objects = {{"invalid-index", "public.i", "public.t", "", ""}};
  inspection.undo = {{"2", "U2__a.sql", "2026-01-30"}};
  inspection.runs = {{"5f1c", "migrate", "lost", "2", "", "", "2026-01-31", "app-7x", ""}};
  inspection.next = {"windlass-hook resume"};
  CHECK(inspection_text(inspection) == R"(  database    shop at db:5432 (schema public)
  state       partly-applied: partly applied: only a person can know how statement 2 of V3__index.sql (CALL) ended
  in flight   sql/V3__index.sql:2:1: statement 2: CALL grow() (run 5f1c, 2026-01-31 12:00:00+00)
              it took effect; the next run goes on behind it (before: absent, now: there 16402)
              sql/V3__index.sql:2:1: statement 2: CALL grow() (run 5f1c, 2026-01-31 12:00:00+00)
              only a person can know how it ended
  left        invalid-index public.i (on public.t)
  undo        version 2: U2__a.sql (stored 2026-01-30)
  runs        2026-01-31 migrate lost (app-7x)
  next        windlass-hook resume
)");
}

TEST_CASE("an inspection as JSON has every key, null where there is nothing") {
  Inspection inspection = with("live");
  inspection.condition = DatabaseCondition::kRunning;
  inspection.in_flight = {in_flight("run-again")};
  const auto json = inspection_json(inspection);
  CHECK(json["state"] == "running");
  CHECK(json["environment"].is_null());
  CHECK(json["version"] == "2");
  CHECK(json["holder"]["backend"] == 42);
  CHECK(json["holder"]["script"] == "V3__index.sql");
  CHECK(json["holder"]["runner"].is_null());
  CHECK(json["inFlight"][0]["settlement"] == "run-again");
  CHECK(json["inFlight"][0]["look"].is_null());
  for (const auto* key :
       {"pending", "failed", "disagreements", "begun", "objects", "undo", "runs", "unread", "next"})
    CHECK(json[key].is_array());
  inspection.live.reset();
  inspection.condition = DatabaseCondition::kPending;
  CHECK(inspection_json(inspection)["holder"].is_null());
}

}  // namespace windlass::hook
