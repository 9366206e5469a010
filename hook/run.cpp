#include "hook/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <vector>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/phases/backup.hpp"
#include "hook/phases/baseline.hpp"
#include "hook/phases/guard.hpp"
#include "hook/phases/info.hpp"
#include "hook/phases/inspect.hpp"
#include "hook/phases/mark.hpp"
#include "hook/phases/migrate.hpp"
#include "hook/phases/phase.hpp"
#include "hook/phases/preflight.hpp"
#include "hook/phases/repair.hpp"
#include "hook/phases/resume.hpp"
#include "hook/phases/rollback.hpp"
#include "hook/phases/validate.hpp"
#include "hook/phases/verify.hpp"
#include "hook/report/report.hpp"
#include "hook/report/write.hpp"
#include "hook/settings/explain.hpp"
#include "hook/tenants/run_tenants.hpp"

namespace windlass::hook {
namespace {

struct Runner {
  Phase phase;
  void (*run)(PhaseContext&);
};

const std::vector<Runner>& runners() {
  static const std::vector<Runner> kRunners{
      {Phase::kPreflight, run_preflight},    {Phase::kBackup, run_backup},
      {Phase::kMigrate, run_migrate},        {Phase::kVerify, run_verify},
      {Phase::kContract, run_contract},      {Phase::kGuard, run_guard},
      {Phase::kRollback, run_rollback},      {Phase::kInfo, run_info},
      {Phase::kValidate, run_validate},      {Phase::kBaseline, run_baseline},
      {Phase::kRepair, run_repair},          {Phase::kInspect, run_inspect},
      {Phase::kResume, run_resume},          {Phase::kMarkApplied, run_mark_applied},
      {Phase::kMarkUndone, run_mark_undone},
  };
  return kRunners;
}

Report begin_report(const Settings& settings, const Clock& clock) {
  Report report;
  report.run_id = make_run_id();
  report.phase = settings.phase;
  report.environment = settings.environment;
  report.labels = settings.run_labels;
  report.dry_run = settings.dry_run;
  report.started = clock.wall();
  return report;
}

void init_log(const Settings& settings, const Report& report) {
  log::Fields always{{"runId", report.run_id}};
  if (report.phase) always.emplace_back("phase", phase_name(*report.phase));
  if (!report.environment.empty()) always.emplace_back("environment", report.environment);
  log::init(settings.log_level, settings.log_format, std::move(always));
}

void run_phase(const Settings& settings, const Clock& clock, const StopSignal& stop, Report& report) {
  const auto runner = std::find_if(runners().begin(), runners().end(), [&](const Runner& candidate) {
    return candidate.phase == settings.phase;
  });
  assert(runner != runners().end());  // the command line offers no other
  const Deadline deadline(clock, settings.deadline);
  const auto address = database_address(settings);
  log::info(fmt::format("{} begins", phase_name(runner->phase)),
            {{"database", address.empty() ? "as libpq finds it" : address},
             {"deadline", format_duration(settings.deadline)}});
  PhaseContext context{settings, clock, stop, deadline, report};
  if (settings.tenants) return run_tenants(context, runner->run);
  if (!settings.tenant.empty()) return run_one_tenant(context, runner->run);
  runner->run(context);
}

// A person reads message, details and hint below each other; a machine gets them as fields of one line.
void log_failure(const Settings& settings, const Report& report) {
  const bool json = settings.log_format == log::Format::kJson ||
                    (settings.log_format == log::Format::kAuto && !log::on_terminal());
  if (json) {
    log::Fields fields{{"outcome", exit_code_row(report.outcome).name},
                       {"exitCode", static_cast<int>(report.outcome)}};
    if (!report.details.empty()) fields.emplace_back("details", report.details);
    if (!report.hint.empty()) fields.emplace_back("hint", report.hint);
    log::error(report.message, fields);
    return;
  }
  std::string text = report.message;
  if (!report.details.empty())
    text += "\n" + report.details.substr(0, report.details.find_last_not_of('\n') + 1);
  if (!report.hint.empty()) text += "\nhint: " + report.hint;
  log::error(text);
}

void deliver(const Settings& settings, const Report& report) {
  const auto text = settings.output == OutputFormat::kJson ? report_json(report) : report_text(report);
  const bool printed = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  if (!printed) log::warning("cannot write the report to stdout");
  const auto missing = settings.is_set("termination-log") ? WhenMissing::kCreate : WhenMissing::kSkip;
  const auto reason =
      write_termination_message(settings.termination_log, termination_message(report), missing);
  if (!reason.empty()) log::warning(reason);
}

}  // namespace

std::span<const Phase> runnable_phases() {
  static const std::vector<Phase> kPhases = [] {
    std::vector<Phase> phases;
    for (const auto& runner : runners()) phases.push_back(runner.phase);
    return phases;
  }();
  return kPhases;
}

ExitCode run(const LoadedSettings& loaded, const Clock& clock, const StopSignal& stop) {
  const Settings& settings = loaded.settings;
  const auto begin = clock.now();
  Report report = begin_report(settings, clock);
  init_log(settings, report);
  for (const auto& warning : loaded.warnings) log::warning(warning);
  try {
    if (loaded.fault) throw *loaded.fault;
    run_phase(settings, clock, stop, report);
  } catch (const Error& error) {
    set_failure(report, error);
  } catch (const std::exception& error) {
    set_failure(report, Error(ExitCode::kInternal, error.what(),
                              "This is a fault of windlass-hook; please report it."));
  }
  report.duration = elapsed(clock, begin);
  if (report.outcome != ExitCode::kDone) log_failure(settings, report);
  deliver(settings, report);
  return report.outcome;
}

}  // namespace windlass::hook
