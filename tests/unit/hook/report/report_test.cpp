#include "hook/report/report.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace windlass;
using namespace windlass::hook;

TEST_CASE("a run id is a random UUID of version 4") {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto id = make_run_id();
    CHECK_THAT(id, Catch::Matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    seen.insert(id);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("a failure keeps what the phase had done") {
  Report report;
  report.version_from = "1";
  report.applied.push_back({"2", "orders", "V2__orders.sql", 7, Milliseconds(3)});
  set_failure(report, Error(ExitCode::kScriptFailed, "V3__items.sql:1:1: syntax error", "Correct the script.")
                          .with_details("  1 | CREAT"));
  CHECK(report.outcome == ExitCode::kScriptFailed);
  CHECK(report.message == "V3__items.sql:1:1: syntax error");
  CHECK(report.hint == "Correct the script.");
  CHECK(report.details == "  1 | CREAT");
  CHECK(report.applied.size() == 1);
  CHECK(report.version_from == "1");
}

TEST_CASE("every outcome of a check has a name") {
  CHECK(check_outcome_name(CheckOutcome::kOk) == "ok");
  CHECK(check_outcome_name(CheckOutcome::kFailed) == "failed");
  CHECK(check_outcome_name(CheckOutcome::kWarning) == "warning");
  CHECK(check_outcome_name(CheckOutcome::kSkipped) == "skipped");
}
