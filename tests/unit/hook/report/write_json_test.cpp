#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "hook/report/write.hpp"

using namespace windlass;
using namespace windlass::hook;
using nlohmann::json;

namespace {

Report migrated() {
  Report report;
  report.run_id = "5f1c0f0e-0000-4000-8000-000000000001";
  report.phase = Phase::kMigrate;
  report.environment = "prod";
  report.labels = {{"commit", "abc"}};
  report.started = std::chrono::system_clock::time_point(std::chrono::seconds(1769860800));
  report.duration = Milliseconds(1234);
  report.message = "2 scripts applied";
  report.version_from = "1";
  report.version_to = "2";
  report.applied = {{"2", "add orders", "V2__add_orders.sql", -17, Milliseconds(12)},
                    {std::nullopt, "views", "R__views.sql", std::nullopt, Milliseconds(3)}};
  return report;
}

}  // namespace

TEST_CASE("the JSON of a migrate holds what tools rely on") {
  const auto text = report_json(migrated());
  CHECK(text.ends_with("}\n"));
  CHECK(json::parse(text) == json::parse(R"({
    "schemaVersion": 1, "runId": "5f1c0f0e-0000-4000-8000-000000000001", "phase": "migrate", "outcome": "done",
    "exitCode": 0, "message": "2 scripts applied", "hint": "", "environment": "prod", "labels": {"commit": "abc"},
    "dryRun": false, "startedAt": "2026-01-31T12:00:00Z", "durationMs": 1234, "from": "1", "to": "2",
    "applied": [
      {"version": "2", "description": "add orders", "script": "V2__add_orders.sql", "checksum": -17, "durationMs": 12},
      {"version": null, "description": "views", "script": "R__views.sql", "checksum": null, "durationMs": 3}]})"));
}

TEST_CASE("what a terminal may obey is written as an escape") {
  auto report = migrated();
  report.message = "a\x7f\xC2\x80\xC2\x9F\xC2\xA0\x1b[31m";
  const auto line = termination_message(report);
  CHECK_THAT(line, Catch::Contains("a\\u007f\\u0080\\u009f\xC2\xA0\\u001b[31m"));
  CHECK(json::parse(line)["message"] == report.message);
  CHECK(json::parse(report_json(report))["message"] == report.message);
}

TEST_CASE("a message of megabytes is cut at once, not sixteen bytes at a time") {
  auto report = migrated();
  report.message = std::string(std::size_t{4} << 20U, 'x');
  report.hint = report.message;
  const auto line = termination_message(report);
  CHECK(line.size() <= kTerminationLimit);
  CHECK(json::accept(line));
}

TEST_CASE("the JSON of a run that could not get its locks names who was in the way") {
  auto report = migrated();
  CHECK_FALSE(json::parse(report_json(report)).contains("blockers"));
  report.blockers.push_back({12, "app", "psql", "10.0.0.7", "idle in transaction", 192, std::nullopt,
                             "AccessShareLock", "table public.t", "SELECT ?",
                             "SELECT pg_terminate_backend(12)"});
  CHECK(json::parse(report_json(report))["blockers"] == json::parse(R"json([{"pid": 12, "role": "app",
    "application": "psql", "address": "10.0.0.7", "state": "idle in transaction", "transactionSeconds": 192,
    "querySeconds": null, "mode": "AccessShareLock", "object": "table public.t", "query": "SELECT ?",
    "remedy": "SELECT pg_terminate_backend(12)"}])json"));
}

TEST_CASE("the JSON of a failure names the script and keeps the details") {
  auto report = migrated();
  report.failed_script = "V3__items.sql";
  set_failure(report,
              Error(ExitCode::kScriptFailed, "syntax error", "Correct it.").with_details("CREAT TABLE"));
  const auto parsed = json::parse(report_json(report));
  CHECK(parsed["outcome"] == "script_failed");
  CHECK(parsed["exitCode"] == 76);
  CHECK(parsed["failedScript"] == "V3__items.sql");
  CHECK(parsed["details"] == "CREAT TABLE");
  CHECK(parsed["hint"] == "Correct it.");
  CHECK(parsed["applied"].size() == 2);
}

TEST_CASE("verify and preflight always list their checks") {
  Report report;
  report.phase = Phase::kVerify;
  CHECK(json::parse(report_json(report))["checks"] == json::array());
  report.checks = {{"history", CheckOutcome::kOk, ""}, {"orders.sql", CheckOutcome::kFailed, "2 rows"}};
  CHECK(json::parse(report_json(report))["checks"] ==
        json::parse(R"([{"name": "history", "outcome": "ok", "message": ""},
                        {"name": "orders.sql", "outcome": "failed", "message": "2 rows"}])"));
}

TEST_CASE("the JSON of info lists the migrations, the current version and how many are pending") {
  Report report;
  report.phase = Phase::kInfo;
  report.version_to = "1";
  report.pending = 1;
  report.migrations = {
      {"1", "base", "SQL", "V1__base.sql", 5, "Success", "2026-01-31 12:00:00", "app"},
      {"2", "orders", "SQL", "V2__orders.sql", 6, "Pending", std::nullopt, std::nullopt, true}};
  const auto parsed = json::parse(report_json(report));
  CHECK(parsed["current"] == "1");
  CHECK(parsed["pending"] == 1);
  CHECK(parsed["migrations"] == json::parse(R"([
    {"version": "1", "description": "base", "type": "SQL", "script": "V1__base.sql", "checksum": 5,
     "state": "Success", "contract": false, "installedOn": "2026-01-31 12:00:00", "installedBy": "app"},
    {"version": "2", "description": "orders", "type": "SQL", "script": "V2__orders.sql", "checksum": 6,
     "state": "Pending", "contract": true, "installedOn": null, "installedBy": null}])"));
}

TEST_CASE("the JSON of a backup says where it is and how to check it") {
  Report report;
  report.phase = Phase::kBackup;
  report.backup = BackupFacts{"/windlass/backup/x", 42, "ab", true};
  CHECK(json::parse(report_json(report))["backup"] ==
        json::parse(R"({"path": "/windlass/backup/x", "bytes": 42, "sha256": "ab", "reused": true})"));
}

TEST_CASE("bytes that are no UTF-8 do not cost us the report") {
  Report report;
  report.message = "server said \xe9\xff";
  CHECK(json::parse(report_json(report))["message"] == "server said \xef\xbf\xbd\xef\xbf\xbd");
  CHECK(json::parse(termination_message(report))["message"] == "server said \xef\xbf\xbd\xef\xbf\xbd");
}

TEST_CASE("a run whose command line named no phase has none in its report") {
  CHECK(json::parse(report_json(Report{}))["phase"] == nullptr);
}

TEST_CASE("the termination message is one JSON line without details") {
  auto report = migrated();
  report.failed_script = "V3__items.sql";
  set_failure(
      report,
      Error(ExitCode::kScriptFailed, "syntax error", "Correct it.").with_details("CREAT TABLE secret"));
  const auto line = termination_message(report);
  CHECK(json::parse(line) == json::parse(R"({"phase": "migrate", "outcome": "script_failed", "exitCode": 76,
    "runId": "5f1c0f0e-0000-4000-8000-000000000001", "from": "1", "to": "2", "applied": 2,
    "failedScript": "V3__items.sql", "message": "syntax error", "hint": "Correct it."})"));
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(line.find("secret") == std::string::npos);
}

TEST_CASE("a long termination message is cut between characters and stays within its limit") {
  auto report = migrated();
  const auto pieces = GENERATE(as<std::string>{}, "x", "ä", "\"", "\n", "漢", "\x01", "😀");
  for (int i = 0; i < 1500; ++i) report.message += pieces;
  report.hint = "Look at the log of the pod.";
  const auto line = termination_message(report);
  CHECK(line.size() <= kTerminationLimit);
  CHECK(line.size() > kTerminationLimit - 128);
  const auto parsed = json::parse(line);
  const auto message = parsed["message"].get<std::string>();
  CHECK(is_valid_utf8(message));
  CHECK(message.ends_with(pieces + "..."));
  CHECK(parsed["hint"] == "Look at the log of the pod.");
}

TEST_CASE("message and hint share the termination message when both are long") {
  auto report = migrated();
  report.message = std::string(5000, 'm');
  report.hint = std::string(5000, 'h');
  const auto line = termination_message(report);
  CHECK(line.size() <= kTerminationLimit);
  const auto parsed = json::parse(line);
  CHECK(parsed["message"].get<std::string>().size() > 300);
  CHECK(parsed["hint"].get<std::string>().size() > 300);
}

TEST_CASE("a limit that nothing fits into leaves the outcome") {
  auto report = migrated();
  report.failed_script = std::string(4000, '\x01');
  report.version_to = std::string(400, '\x02');
  report.version_from = std::string(400, '\x02');
  const auto line = termination_message(report);
  CHECK(line.size() <= kTerminationLimit);
  CHECK(json::parse(line)["exitCode"] == 0);
}

TEST_CASE("the termination message is written in place") {
  const TemporaryDirectory folder("windlass-report-");
  const auto file = folder.path() / "log";
  write_file_atomically(file, std::string(3000, 'x'));
  struct stat before {};
  REQUIRE(stat(file.c_str(), &before) == 0);
  CHECK(write_termination_message(file, "{}\n", WhenMissing::kSkip).empty());
  CHECK(read_file(file, 4096) == "{}\n");
  struct stat after {};
  REQUIRE(stat(file.c_str(), &after) == 0);
  CHECK(before.st_ino == after.st_ino);
}

TEST_CASE("a missing termination log is made only when it was asked for") {
  const TemporaryDirectory folder("windlass-report-");
  const auto file = folder.path() / "log";
  CHECK(write_termination_message(file, "{}\n", WhenMissing::kSkip).empty());
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(write_termination_message(file, "{}\n", WhenMissing::kCreate).empty());
  CHECK(read_file(file, 4096) == "{}\n");
  CHECK(write_termination_message("", "{}\n", WhenMissing::kCreate).empty());
}

TEST_CASE("a termination log that cannot be written is a reason, not a throw") {
  const TemporaryDirectory folder("windlass-report-");
  CHECK(write_termination_message(folder.path(), "{}\n", WhenMissing::kCreate) ==
        "cannot write " + folder.path().string() + ": Is a directory");
  CHECK(write_termination_message(folder.path() / "none" / "log", "{}\n", WhenMissing::kCreate) ==
        "cannot write " + (folder.path() / "none" / "log").string() + ": No such file or directory");
  CHECK(write_termination_message("/dev/full", "{}\n", WhenMissing::kSkip) ==
        "cannot write /dev/full: No space left on device");
}
