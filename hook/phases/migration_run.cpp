#include "hook/phases/migration_run.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/undo_scripts.hpp"
#include "hook/execute/index_build.hpp"
#include "hook/phases/session_need.hpp"

namespace windlass::hook {
namespace {

// Flyway puts the default schema before the role's own search_path, unless it is first there already.
std::string search_path(DatabaseRun& run) {
  const Greeting& server = run.session().greeting();
  if (server.current_schema == run.history.schema) return "";
  const std::string first = Session::quote_name(run.history.schema);
  return server.search_path.empty() ? first : first + ", " + server.search_path;
}

std::string title_of(const NewHistoryRow& row) {
  return (row.version ? "version " + *row.version + " - " : "repeatable - ") + row.description;
}

BlockerFacts facts_of(const OtherSession& session) {
  return {session.backend,       session.role,    session.application,
          session.address,       session.state,   session.transaction_seconds,
          session.query_seconds, session.mode,    session.object,
          session.query,         session.remedy()};
}

void log_beginning(const ScriptJob& job) {
  log::info(fmt::format("running {} ({})", job.script.source.path, title_of(job.row)));
}

void note_done(DatabaseRun& run, const ScriptJob& job, Milliseconds took) {
  const std::string& path = job.script.source.path;
  run.context.report.applied.push_back({job.row.version, job.row.description, path, job.row.checksum, took});
  log::info(fmt::format("done with {} in {}", path, format_duration(took)),
            {{"script", path}, {"durationMs", took.count()}});
}

// What role, database or server set for its sessions and scripts do or do not run under.
void say_settings_of_others(const Greeting& greeting) {
  std::vector<std::string> passed_over;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (value != "0" && !value.empty()) passed_over.push_back(fmt::format("{}={}", name, value));
  };
  add("statement_timeout", greeting.statement_timeout);
  add("lock_timeout", greeting.lock_timeout);
  add("transaction_timeout", greeting.transaction_timeout);
  if (!passed_over.empty()) {
    log::info(fmt::format("scripts run under the run's own limits, not under {} of role, database or server",
                          join(passed_over, ", ")));
  }
  if (!greeting.isolation.empty() && greeting.isolation != "read committed") {
    log::info(fmt::format("scripts run in {} transactions, as default_transaction_isolation says",
                          greeting.isolation));
  }
}

}  // namespace

Executor make_executor(DatabaseRun& run) {
  const Settings& settings = run.context.settings;
  say_settings_of_others(run.session().greeting());
  ExecutorSettings executor{run.history,
                            search_path(run),
                            settings.lock_timeout,
                            settings.statement_timeout,
                            settings.retries,
                            run.context.report.run_id,
                            settings.batch == Batching::kAuto};
  return Executor(run.database, std::move(executor), run.context.clock, run.context.stop,
                  run.context.deadline);
}

migrations::PlaceholderRules rules_for(const migrations::Script& script, migrations::PlaceholderRules rules) {
  rules.enabled = script.config.placeholder_replacement.value_or(rules.enabled);
  return rules;
}

migrations::Preparation prepare_stored(const UndoScript& undo, int server_major) {
  migrations::PlaceholderRules as_it_stands;
  as_it_stands.enabled = false;
  return migrations::prepare_script(
      {undo.script, undo.script, migrations::TextSource(undo.content), undo.in_transaction}, as_it_stands,
      server_major);
}

const migrations::Script* undo_of(const migrations::ScriptSet& scripts, const migrations::Script& script) {
  if (script.name.kind != migrations::ScriptKind::kVersioned) return nullptr;
  return scripts.find(migrations::ScriptKind::kUndo, *script.name.version);
}

NewHistoryRow row_of_applied(const migrations::Script& script, const Settings& settings) {
  NewHistoryRow row;
  if (script.name.version) row.version = script.name.version->text();
  row.description = script.name.description;
  row.type = script.name.kind == migrations::ScriptKind::kBaseline ? "SQL_BASELINE" : "SQL";
  row.script = script.path;
  row.checksum = script.checksum;
  row.installed_by = settings.installed_by;
  return row;
}

std::vector<std::string> beside_row_of(DatabaseRun& run, const migrations::ScriptSet& scripts,
                                       const migrations::Script& script) {
  const auto* undo = undo_of(scripts, script);
  if (undo == nullptr) return {};
  const auto rules = rules_for(*undo, placeholder_rules(run));
  const migrations::ReplacedText replaced(migrations::source_of(*undo).text, rules, undo->file);
  return {store_undo_statement(run.session(), run.history.schema, run.history.table,
                               {undo->name.version->text(), undo->name.description, undo->path,
                                undo->raw_checksum, replaced.whole(), undo->config.execute_in_transaction})};
}

NewHistoryRow row_of_undone(const migrations::HistoryRow& row, const Settings& settings) {
  return {row.version, row.description, "DELETE", row.script, row.checksum, settings.installed_by, true};
}

std::vector<std::string> repeatables_again(DatabaseRun& run, const migrations::Plan& plan) {
  std::vector<std::string> marks;
  for (const auto& entry : plan.entries) {
    if (!entry.repeatable || entry.row->type != "SQL" || entry.state == migrations::State::kDeleted ||
        entry.state == migrations::State::kSuperseded) {
      continue;
    }
    marks.push_back(
        insert_history_row(run.session(), run.history, row_of_undone(*entry.row, run.context.settings), 0));
  }
  return marks;
}

namespace {

migrations::Preparation prepare(DatabaseRun& run, const migrations::Script& script,
                                const migrations::PlaceholderRules& placeholders) {
  migrations::Preparation prepared = migrations::prepare_script(
      migrations::source_of(script), rules_for(script, placeholders), run.session().server_major());
  if (prepared.script.replaced.checksum_of_source() == script.raw_checksum) return prepared;
  throw Error(ExitCode::kTransient, script.file + " changed after the run had begun",
              "Run again when nobody writes to it.");
}

// Of a script that is to be prepared again, what the others have to know about it.
migrations::PreparedScript let_go(migrations::PreparedScript script) {
  migrations::PreparedScript rest;
  rest.source = std::move(script.source);
  rest.mode = script.mode;
  rest.takes_strong_locks = script.takes_strong_locks;
  rest.let_go = true;
  return rest;
}

// A stored undo script travels and is read as one value.
void check_undo(const migrations::PreparedScript& undo) {
  constexpr std::size_t kLongest = std::size_t{4} << 20U;
  if (undo.replaced.size() <= kLongest) return;
  throw Error(
      ExitCode::kInvalidScripts,
      fmt::format("{}: an undo script of more than 4 MiB is not stored in the database", undo.source.file),
      "Let it call a function that does the work, or leave the way back to the backup.");
}

}  // namespace

std::vector<migrations::PreparedScript> prepare_migration(DatabaseRun& run, const ProjectState& state) {
  constexpr std::size_t kMostHeld = std::size_t{512} << 10U;
  const auto placeholders = placeholder_rules(run);
  Diagnostics diagnostics;
  std::vector<migrations::PreparedScript> scripts;
  std::size_t held = 0;
  SessionNeeds needs(run.session());
  for (const auto* entry : state.plan.to_run) {
    auto prepared = prepare(run, *entry->script, placeholders);
    diagnostics.add(std::move(prepared.diagnostics));
    refuse_corrupting_build(prepared.script, run.session().server_version());
    needs.look_at(prepared.script);
    held += prepared.script.held_bytes();
    scripts.push_back(held > kMostHeld ? let_go(std::move(prepared.script)) : std::move(prepared.script));
    const auto* undo = undo_of(state.scripts, *entry->script);
    if (undo == nullptr) continue;
    auto way_back = prepare(run, *undo, placeholders);
    diagnostics.add(std::move(way_back.diagnostics));
    check_undo(way_back.script);
  }
  if (!diagnostics.has_errors()) {
    needs.refuse();
    return scripts;
  }
  throw Error(ExitCode::kInvalidScripts,
              fmt::format("the scripts to run have {}", counted(diagnostics.error_count(), "fault")),
              "Correct them; nothing was run.")
      .with_details(to_text(diagnostics));
}

migrations::PreparedScript prepare_again(DatabaseRun& run, const migrations::Script& script) {
  return std::move(prepare(run, script, placeholder_rules(run)).script);
}

void check_may_go_on(const DatabaseRun& run, const std::string& next) {
  if (run.context.stop.requested()) {
    throw Error(ExitCode::kTerminated, fmt::format("stopped before {}", next),
                "Run again; it goes on there.");
  }
  if (run.context.deadline.passed()) {
    throw Error(ExitCode::kTransient,
                fmt::format("the deadline of {} passed before {}",
                            format_duration(run.context.deadline.limit()), next),
                "Run again; it goes on there. Or give the run a longer deadline.");
  }
}

void run_job(DatabaseRun& run, Executor& executor, const ScriptJob& job) {
  const std::string& path = job.script.source.path;
  check_may_go_on(run, path);
  log_beginning(job);
  try {
    note_done(run, job, executor.run(job));
  } catch (const Error&) {
    run.context.report.failed_script = path;
    for (const auto& one : executor.blocked_by()) run.context.report.blockers.push_back(facts_of(one));
    throw;
  }
}

std::size_t run_jobs(DatabaseRun& run, Executor& executor, std::span<const ScriptJob> jobs,
                     const std::function<void(std::size_t)>& applied) {
  const auto run_alone = [&](std::size_t index) {
    run_job(run, executor, jobs[index]);
    applied(index);
    return index + 1;
  };
  if (jobs.size() == 1) return run_alone(0);
  std::size_t running = 0;
  check_may_go_on(run, jobs.front().script.source.path);
  const BatchEvents events{[&](std::size_t index) {
                             running = index;
                             log_beginning(jobs[index]);
                           },
                           [&](std::size_t index, Milliseconds took) {
                             note_done(run, jobs[index], took);
                             applied(index);
                           }};
  std::size_t done = 0;
  try {
    done = executor.run_batch(jobs, events);
  } catch (const Error&) {
    run.context.report.failed_script = jobs[running].script.source.path;
    throw;
  }
  return done == jobs.size() ? done : run_alone(done);
}

}  // namespace windlass::hook
