#include <catch2/catch.hpp>

#include "hook/report/write.hpp"

using namespace windlass;
using namespace windlass::hook;

TEST_CASE("the text of a migrate lists what was applied and says how it ended") {
  Report report;
  report.phase = Phase::kMigrate;
  report.message = "2 scripts applied, now at 2";
  report.duration = Milliseconds(1500);
  report.applied = {{"2", "größe", "V2__größe.sql", 1, Milliseconds(12)},
                    {std::nullopt, "all views", "R__all_views.sql", 2, Milliseconds(2000)}};
  CHECK(report_text(report) ==
        "  2  größe      V2__größe.sql     12ms\n"
        "  -  all views  R__all_views.sql  2s\n"
        "migrate: 2 scripts applied, now at 2 (1500ms)\n");
}

TEST_CASE("the text of a dry run says that it is one") {
  Report report;
  report.phase = Phase::kMigrate;
  report.dry_run = true;
  report.details = "would run V1__a.sql\nwould run V2__b.sql\n";
  CHECK(report_text(report) ==
        "  would run V1__a.sql\n"
        "  would run V2__b.sql\n"
        "migrate (dry run): done (0s)\n");
}

TEST_CASE("the text of a failure leaves the error to the log") {
  Report report;
  report.phase = Phase::kVerify;
  report.checks = {{"history", CheckOutcome::kOk, "at 2"},
                   {"orders.sql", CheckOutcome::kFailed, "2 rows"},
                   {"indexes", CheckOutcome::kSkipped, ""}};
  report.duration = Milliseconds(20);
  set_failure(report, Error(ExitCode::kScriptFailed, "1 check failed", "See the list."));
  CHECK(report_text(report) ==
        "  ok       history     at 2\n"
        "  failed   orders.sql  2 rows\n"
        "  skipped  indexes\n"
        "verify failed: script_failed, exit code 76 (20ms)\n");
}

TEST_CASE("the text of info is a table") {
  Report report;
  report.phase = Phase::kInfo;
  report.message = "at 1, 1 pending";
  report.migrations = {
      {"1", "base", "SQL", "V1__base.sql", 5, "Success", "2026-01-31 12:00:00", "app"},
      {std::nullopt, "views", "SQL", "R__views.sql", 6, "Pending", std::nullopt, std::nullopt}};
  CHECK(report_text(report) ==
        "VERSION  DESCRIPTION  TYPE  STATE    INSTALLED ON         BY\n"
        "1        base         SQL   Success  2026-01-31 12:00:00  app\n"
        "         views        SQL   Pending\n"
        "info: at 1, 1 pending (0s)\n");
  report.migrations = {{"2", "drop", "SQL", "V2__drop.sql", 7, "Pending", std::nullopt, std::nullopt, true}};
  CHECK(report_text(report) ==
        "VERSION  DESCRIPTION  TYPE  STATE               INSTALLED ON  BY\n"
        "2        drop         SQL   Pending (contract)\n"
        "info: at 1, 1 pending (0s)\n");
  report.migrations->clear();
  CHECK(report_text(report) == "info: at 1, 1 pending (0s)\n");
  report.duration = Milliseconds(9'999);
  CHECK(report_text(report) == "info: at 1, 1 pending (9999ms)\n");
  report.duration = Milliseconds(71'900);
  CHECK(report_text(report) == "info: at 1, 1 pending (1m12s)\n");
}

TEST_CASE("the text of a backup says where it is, and what is to do next stands last") {
  Report report;
  report.phase = Phase::kBackup;
  report.message = "published";
  report.hint = "Keep it.";
  report.backup = BackupFacts{"/backup/x", 42, "ab", false};
  CHECK(report_text(report) == "  /backup/x  42 bytes  sha256 ab\nbackup: published (0s)\nhint: Keep it.\n");
}

TEST_CASE("a run that never had a phase is called a run") {
  Report report;
  set_failure(report, Error(ExitCode::kUsage, "no phase is named"));
  CHECK(report_text(report) == "run failed: usage, exit code 64 (0s)\n");
}
