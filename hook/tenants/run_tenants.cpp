#include "hook/tenants/run_tenants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/tenants/outcome.hpp"
#include "hook/tenants/shard.hpp"
#include "hook/tenants/tenant_state.hpp"

namespace windlass::hook {
namespace {

constexpr std::string_view kNotBegun = "not begun";

bool goes_through_tenants(Phase phase) {
  constexpr std::array kPhases = {Phase::kMigrate, Phase::kContract, Phase::kVerify, Phase::kValidate,
                                  Phase::kInfo};
  return std::find(kPhases.begin(), kPhases.end(), phase) != kPhases.end();
}

// After these the next tenant would end the same way.
bool ends_the_run(ExitCode code) { return code == ExitCode::kUnreachable || code == ExitCode::kTerminated; }

class TenantsRun {
 public:
  TenantsRun(PhaseContext& context, void (*phase)(PhaseContext&))
      : context_(context), settings_(context.settings), phase_(phase) {}

  void go() {
    const auto tenants = tenants_of(settings_);
    rows_ = &context_.report.tenants.emplace();
    ExitCode reason = ExitCode::kDone;  // why the rest is not begun
    for (const auto& tenant : tenants) {
      if (reason == ExitCode::kDone) reason = obstacle();
      if (reason != ExitCode::kDone) {
        rows_->push_back(row_of(tenant, reason, kNotBegun));
        continue;
      }
      run(tenant);
      if (ends_the_run(rows_->back().outcome)) reason = rows_->back().outcome;
    }
    finish();
  }

 private:
  ExitCode obstacle() const {
    if (context_.stop.requested()) return ExitCode::kTerminated;
    return context_.deadline.passed() ? ExitCode::kTransient : ExitCode::kDone;
  }

  static TenantRow row_of(const project::Tenant& tenant, ExitCode outcome, std::string_view state) {
    TenantRow row;
    row.tenant = tenant.name;
    row.place = tenant.place;
    row.outcome = outcome;
    row.state = state;
    return row;
  }

  static log::Fields fields_of(const Report& report, std::string_view tenant) {
    log::Fields fields{{"runId", report.run_id}, {"phase", phase_name(*report.phase)}};
    if (!report.environment.empty()) fields.emplace_back("environment", report.environment);
    if (!tenant.empty()) fields.emplace_back("tenant", tenant);
    return fields;
  }

  void run(const project::Tenant& tenant) {
    const Settings own = settings_of(settings_, tenant);
    Report report;
    report.run_id = make_run_id();
    report.phase = context_.report.phase;
    report.environment = settings_.environment;
    report.labels = own.run_labels;
    report.dry_run = settings_.dry_run;
    report.started = context_.clock.wall();
    const Deadline limit(context_.clock, std::min(settings_.tenant_deadline, context_.deadline.left()));
    PhaseContext context{own, context_.clock, context_.stop, limit, report};
    TenantRow row = row_of(tenant, ExitCode::kDone, "");
    log::set_always(fields_of(report, tenant.name));
    const auto begin = context_.clock.now();
    log::info(fmt::format("tenant {} begins", tenant.name));
    try {
      if (context_.report.phase == Phase::kInfo) {
        read_tenant_state(context, row);
      } else {
        phase_(context);
        note_done(report, row);
      }
    } catch (const Error& error) {
      set_failure(report, error);
      note_failed(report, row);
    }
    log::set_always(fields_of(context_.report, ""));
    row.run_id = report.run_id;
    row.duration = elapsed(context_.clock, begin);
    rows_->push_back(std::move(row));
  }

  void note_done(const Report& report, TenantRow& row) const {
    row.current = report.version_to;
    row.applied = report.applied.size();
    row.pending = report.pending;
    if (context_.report.phase == Phase::kVerify || context_.report.phase == Phase::kValidate) {
      row.state = "valid";
    } else if (settings_.dry_run) {
      row.state = row.pending > 0 ? "pending" : "up to date";
    } else {
      row.state = row.applied > 0 ? "applied" : "up to date";
    }
    log::info(fmt::format("tenant {}: {}", row.tenant, report.message));
  }

  void note_failed(const Report& report, TenantRow& row) {
    row.current = report.version_to;
    row.applied = report.applied.size();
    row.pending = report.pending;
    row.outcome = report.outcome;
    row.message = report.message;
    row.failed_script = report.failed_script;
    row.state = context_.report.phase == Phase::kInfo ? "unknown" : "failed";
    if (context_.report.failed_script.empty()) context_.report.failed_script = report.failed_script;
    details_ += fmt::format("tenant {}: {}\n{}", row.tenant, report.message, report.details);
    if (hint_.empty()) hint_ = report.hint;
    log::error(fmt::format("tenant {}: {}", row.tenant, report.message),
               {{"exitCode", static_cast<int>(report.outcome)}});
  }

  void finish() const {
    std::string message = count_tenants(*rows_);
    if (settings_.tenant_index) {
      message = fmt::format("shard {} of {}, {}", *settings_.tenant_index, settings_.tenant_shards, message);
    }
    const auto outcome = outcome_of(*rows_);
    if (outcome == ExitCode::kDone) {
      context_.report.message = message;
      return;
    }
    const std::string failures = name_failures(*rows_);
    throw Error(outcome, failures.empty() ? message : fmt::format("{}: {}", message, failures), hint_)
        .with_details(details_);
  }

  PhaseContext& context_;
  const Settings& settings_;
  void (*phase_)(PhaseContext&);
  std::vector<TenantRow>* rows_ = nullptr;
  std::string details_;
  std::string hint_;  // of the first that failed
};

}  // namespace

void run_tenants(PhaseContext& context, void (*phase)(PhaseContext&)) {
  if (!goes_through_tenants(*context.report.phase)) {
    throw Error(ExitCode::kUsage,
                fmt::format("{} does not go through tenants", phase_name(*context.report.phase)),
                "Leave out tenants, and name one with tenant.");
  }
  if (!context.settings.tenant.empty())
    throw Error(ExitCode::kUsage, "tenants and tenant are both set", "Give one of them.");
  TenantsRun(context, phase).go();
}

void run_one_tenant(PhaseContext& context, void (*phase)(PhaseContext&)) {
  const Settings own = settings_of(context.settings, one_tenant(context.settings));
  context.report.labels = own.run_labels;
  PhaseContext inner{own, context.clock, context.stop, context.deadline, context.report};
  phase(inner);
}

}  // namespace windlass::hook
