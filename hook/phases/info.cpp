#include "hook/phases/info.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "hook/phases/callbacks.hpp"
#include "hook/phases/project_state.hpp"

namespace windlass::hook {
namespace {

MigrationRow row_of(const migrations::Entry& entry) {
  MigrationRow row;
  if (entry.version) row.version = entry.version_text();
  row.description = entry.description();
  row.type = entry.type();
  row.state = migrations::state_name(entry.state);
  row.contract = entry.script != nullptr && entry.script->contract;
  if (entry.row != nullptr) {
    row.script = entry.row->script;
    row.checksum = entry.row->checksum;
    row.installed_on = entry.row->installed_on;
    row.installed_by = entry.row->installed_by;
  } else {
    row.script = entry.script->path;
    row.checksum = entry.script->checksum;
  }
  return row;
}

}  // namespace

void run_info(PhaseContext& context) {
  with_database(context, Recording::kNone, [&](DatabaseRun& run) {
    const auto state = read_project_state(run);
    Callbacks callbacks(run, state->scripts);
    callbacks.fire("afterConnect");
    callbacks.fire("beforeInfo");
    Report& report = context.report;
    auto& rows = report.migrations.emplace();
    for (const auto& entry : state->plan.entries) rows.push_back(row_of(entry));
    report.version_to = current_version(state->plan);
    report.pending = state->plan.to_run.size();
    report.message = fmt::format("{} at {}, {} pending", run.history.schema,
                                 report.version_to ? "version " + *report.version_to : "no version",
                                 counted(report.pending, "script"));
    for (const auto& script : state->database.in_flight)
      report.message += fmt::format("; {} is partly applied", script);
    callbacks.fire("afterInfo");
    callbacks.fire("afterInfoOperationFinish");
  });
}

}  // namespace windlass::hook
