// Runs phases as functions on a test case's own database, with a folder of scripts and the default settings.
#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/files.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/connect.hpp"
#include "hook/phases/baseline.hpp"
#include "hook/phases/guard.hpp"
#include "hook/phases/info.hpp"
#include "hook/phases/inspect.hpp"
#include "hook/phases/mark.hpp"
#include "hook/phases/migrate.hpp"
#include "hook/phases/preflight.hpp"
#include "hook/phases/repair.hpp"
#include "hook/phases/resume.hpp"
#include "hook/phases/rollback.hpp"
#include "hook/phases/validate.hpp"
#include "hook/phases/verify.hpp"
#include "hook/settings/load.hpp"
#include "tests/support/test_database.hpp"

namespace windlass::hook {

using Scripts = std::vector<std::pair<std::string, std::string>>;  // file name and text

class PhaseBench {
 public:
  windlass::testing::TestDatabase server;
  SystemClock clock;
  StopSignal stop;
  Settings settings = load_settings({}, {}, {}).settings;

  PhaseBench() {
    log::init(log::Level::kError, log::Format::kText);
    settings.database_url = server.url();
    settings.connect_timeout = Milliseconds(5'000);
    settings.lock_wait = Milliseconds(20'000);
    settings.safety_delay = Milliseconds(0);
    settings.locations = {at("sql").string()};
    std::filesystem::create_directories(at("sql"));
  }
  explicit PhaseBench(const Scripts& scripts) : PhaseBench() {
    for (const auto& [name, text] : scripts) script(name, text);
  }

  std::filesystem::path at(const std::string& path) const { return folder_.path() / path; }
  void write(const std::string& path, std::string_view text) const { write_file_atomically(at(path), text); }
  void script(const std::string& name, std::string_view text) const { write("sql/" + name, text); }
  void remove(const std::string& path) const { REQUIRE(std::filesystem::remove(at(path))); }

  Report info() { return run(Phase::kInfo, run_info); }
  Report validate() { return run(Phase::kValidate, run_validate); }
  Report migrate() { return run(Phase::kMigrate, run_migrate); }
  Report rollback() { return run(Phase::kRollback, run_rollback); }
  Report verify() { return run(Phase::kVerify, run_verify); }
  Report guard() { return run(Phase::kGuard, run_guard); }
  Report preflight() { return run(Phase::kPreflight, run_preflight); }
  Report baseline() { return run(Phase::kBaseline, run_baseline); }
  Report repair() { return run(Phase::kRepair, run_repair); }
  Report inspect() { return run(Phase::kInspect, run_inspect); }
  Report resume() { return run(Phase::kResume, run_resume); }
  Report mark_applied() { return run(Phase::kMarkApplied, run_mark_applied); }
  Report mark_undone() { return run(Phase::kMarkUndone, run_mark_undone); }
  // What a hint asks for behind --confirm.
  static std::string confirmation_in(const Report& report) {
    const std::string flag = "--confirm ";
    const auto at = report.hint.find(flag);
    return at == std::string::npos ? "" : report.hint.substr(at + flag.size());
  }

  // The phase as the program runs it: the report of a failed run has the error's code and texts, with the
  // bench's folder written as <DIR>.
  Report run(Phase phase, void (*work)(PhaseContext&)) const {
    Report report;
    report.run_id = make_run_id();
    report.phase = phase;
    report.environment = settings.environment;
    report.labels = settings.run_labels;
    report.dry_run = settings.dry_run;
    report.started = clock.wall();
    const Deadline deadline(clock, settings.deadline);
    PhaseContext context{settings, clock, stop, deadline, report};
    try {
      work(context);
    } catch (const Error& error) {
      set_failure(report, error);
    }
    report.message = masked(report.message);
    report.hint = masked(report.hint);
    report.details = masked(report.details);
    for (auto& check : report.checks) check.message = masked(check.message);
    return report;
  }

  std::string masked(std::string text) const {
    const std::string path = folder_.path().string();
    for (auto found = text.find(path); found != std::string::npos; found = text.find(path)) {
      text.replace(found, path.size(), "<DIR>");
    }
    return text;
  }

  // As the superuser, in a session of its own.
  void sql(const std::string& statements) { outside_.execute("preparing a test", statements); }
  std::string value(const std::string& query) {
    return outside_.query_value("looking at the result", query).value_or("");
  }
  // One row per line, its columns with a blank between them, NULL as "-".
  std::string history(const std::string& table = "public.flyway_schema_history") {
    return value(
        "SELECT string_agg(concat_ws(' ', installed_rank, coalesce(version, '-'), description, type, "
        "script, coalesce(checksum::text, '-'), left(success::text, 1)), E'\\n' ORDER BY "
        "installed_rank) FROM " +
        table);
  }
  bool exists(const std::string& relation) {
    return !value("SELECT to_regclass('" + relation + "')").empty();
  }
  // The phase, outcome, versions before and after of every run record, oldest first, one per line.
  std::string records() {
    return value(
        "SELECT string_agg(concat_ws(' ', phase, outcome, coalesce(version_from, '-'), "
        "coalesce(version_to, '-')), E'\\n' ORDER BY started_at) FROM windlass_runs");
  }

  ConnectionTarget target() const { return {server.url(), "", {}, "", "", Secret()}; }
  Session another_session(const std::string& name = "another session") const {
    Session session = connect(target(), name, Milliseconds(5'000), clock, stop);
    session.on_notice(nullptr);
    return session;
  }

 private:
  Session superuser_session() const {
    Session session =
        connect({server.superuser_url(), "", {}, "", "", Secret()}, "test", Milliseconds(5'000), clock, stop);
    session.on_notice(nullptr);
    return session;
  }

  TemporaryDirectory folder_{"phase-bench"};
  Session outside_ = superuser_session();
};

// "ok server", "failed history" and so on: what a report's checks came to.
inline std::vector<std::string> check_lines(const Report& report) {
  std::vector<std::string> lines;
  for (const auto& check : report.checks) {
    lines.push_back(fmt::format("{} {}: {}", check_outcome_name(check.outcome), check.name, check.message));
  }
  return lines;
}

inline std::vector<std::string> applied_scripts(const Report& report) {
  std::vector<std::string> scripts;
  for (const auto& applied : report.applied) scripts.push_back(applied.script);
  return scripts;
}

using Texts = std::vector<std::string>;

}  // namespace windlass::hook
