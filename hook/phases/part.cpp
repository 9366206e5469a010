#include "hook/phases/part.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/migrations/rollout.hpp"
#include "hook/database/run_records.hpp"

namespace windlass::hook {
namespace {

migrations::Release release_of(DatabaseRun& run, const ProjectState& state) {
  using migrations::Release;
  const auto& database = state.database;
  if (!database.history_exists) return database.schemas_empty ? Release::kFirst : Release::kLater;
  const auto& rows = database.rows;
  const bool was_there_before =
      std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.type == "BASELINE"; });
  if (was_there_before) return Release::kLater;
  if (!state.plan.current) return Release::kFirst;
  const bool goes_on =
      run.own_tables_seen && first_migration_goes_on(run.session(), run.history.schema, run.history.table);
  return goes_on ? Release::kFirst : Release::kLater;
}

void note_left(DatabaseRun& run, ProjectState& state) {
  auto& left = run.context.report.left_for_contract;
  left.clear();
  for (const auto* entry : migrations::pending_contract(state.plan)) left.push_back(entry->script->path);
}

}  // namespace

std::optional<Error> keep_expand(DatabaseRun& run, ProjectState& state) {
  note_left(run, state);
  auto& left = run.context.report.left_for_contract;
  auto conflict = migrations::keep_expand(state.plan, migrations::Release::kLater);
  if (conflict && release_of(run, state) == migrations::Release::kFirst)
    conflict = migrations::keep_expand(state.plan, migrations::Release::kFirst);
  std::erase_if(left, [&](const std::string& script) {
    return std::any_of(state.plan.to_run.begin(), state.plan.to_run.end(),
                       [&](const auto* entry) { return entry->script->path == script; });
  });
  if (!conflict) {
    std::erase_if(state.database.in_flight, [&](const std::string& script) {
      return std::find(left.begin(), left.end(), script) != left.end();
    });
    return std::nullopt;
  }
  const auto& contract = conflict->first->script->path;
  return Error(ExitCode::kRefused,
               fmt::format("{} is marked contract and stands before {}, which this release needs first",
                           contract, conflict->behind->script->path),
               fmt::format("Finish the release that brought it: windlass-hook contract --target {}, when no "
                           "application needs what it takes away.",
                           conflict->first->version_text()));
}

std::optional<Error> keep_contract(ProjectState& state) {
  const auto conflict = migrations::keep_contract(state.plan);
  if (!conflict) return std::nullopt;
  return Error(ExitCode::kRefused,
               fmt::format("{} is pending and not marked contract; {} comes after the rollout that needs it",
                           conflict->first->script->path, conflict->behind->script->path),
               "Run migrate, roll out the application, then run contract.");
}

}  // namespace windlass::hook
