#include "hook/execute/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/log.hpp"
#include "hook/database/settled_commit.hpp"
#include "hook/execute/failure_report.hpp"

namespace windlass::hook {
namespace {

using Kind = PipelineStatement::Kind;

std::size_t bytes_of(const ScriptJob& job) {
  std::size_t bytes = job.script.replaced.size();
  for (const auto& statement : job.also) bytes += statement.size();
  return bytes;
}

// A commit that waits for the disk, or for standbys, waits for every commit before it; only one that wrote to
// the write-ahead log waits, and a message there is seen by nobody.
void wait_for_disk(Session& session) {
  session.execute("waiting until the commits are on disk",
                  "BEGIN;RESET synchronous_commit;"
                  "SELECT pg_catalog.pg_logical_emit_message(true, 'windlass', '');COMMIT");
}

}  // namespace

bool may_share_batch(const ScriptJob& job) {
  const auto& script = job.script;
  if (script.let_go) return false;  // nothing is known of its statements
  if (job.callbacks != nullptr && !job.callbacks->empty()) return false;
  if (script.mode != migrations::RunMode::kTransaction || script.replaced.size() > kBatchBytes) return false;
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    if (script.statements[i].kind != sql::StatementKind::kSql) return false;
    if (script.classes[i].command.starts_with("COPY")) return false;
  }
  return true;
}

bool BatchLoad::take(const ScriptJob& job) {
  const std::size_t bytes = bytes_of(job);
  if (!may_share_batch(job) || scripts_ == kBatchScripts || bytes_ + bytes > kBatchBytes) return false;
  ++scripts_;
  bytes_ += bytes;
  return true;
}

Batch::Batch(Executor& executor, std::span<const ScriptJob> jobs, const BatchEvents& events)
    : executor_(executor), jobs_(jobs), events_(events) {}

std::size_t Batch::run() {
  std::vector<PipelineScript> scripts;
  for (std::size_t i = 0; i < jobs_.size(); ++i) scripts.push_back(statements_of(jobs_[i], i));
  const RunWatch watch{executor_.clock_, executor_.stop_, executor_.deadline_,
                       [&](Milliseconds running) { monitor_->look(running); }};
  const PipelineEvents events{[&](std::size_t index) { begin(index); },
                              [&](std::size_t, Milliseconds took) { note_committed(took); }};
  const PipelineResult result = run_pipeline(executor_.database_.session(), scripts, watch, events);
  notices_.reset();
  const std::size_t committed = took_.size();
  if (committed > 0 && result.end != RunEnd::kLost) reach_disk();
  if (result.end == RunEnd::kLost || executor_.database_.session().lost()) {
    const std::string& last = jobs_[std::min(committed, jobs_.size() - 1)].script.source.path;
    log::warning(last_words(last, result.end == RunEnd::kLost ? result.failure : ServerMessage()));
    return settle();
  }
  for (std::size_t i = 0; i < committed; ++i) tell_committed(i, took_[i]);
  if (result.end == RunEnd::kStopped) {
    const bool deadline_passed = !executor_.stop_.requested();
    throw stopped_error(jobs_[committed].script, deadline_passed, executor_.deadline_);
  }
  if (result.end == RunEnd::kFailed && result.failed_kind != Kind::kScript &&
      result.failure.sqlstate == kMarkerGone)
    throw ended_transaction_error(jobs_[committed].script);
  if (result.end == RunEnd::kFailed) {
    log::info(fmt::format("{} was rolled back among others ({}); running it alone",
                          jobs_[committed].script.source.path, result.failure.message));
  }
  return committed;
}

PipelineScript Batch::statements_of(const ScriptJob& job, std::size_t index) const {
  const LockTactics tactics(job.script, executor_.lock_budget());
  // The rank that the row before it will have makes the marker its own.
  const std::string marker = executor_.marker_of(*executor_.last_rank_ + static_cast<int>(index), 0);
  const Surroundings around =
      surroundings_of(job, executor_.settings_, executor_.database_, tactics, 0, marker);
  PipelineScript statements;
  const auto add_ours = [&](const std::vector<std::string>& texts) {
    for (const auto& text : texts) statements.push_back({Kind::kOurs, text});
  };
  add_ours(around.before);
  add_ours({"SET LOCAL synchronous_commit = off"});  // wait_for_disk is for all of them
  if (!around.prelude.empty()) add_ours({around.prelude});
  const auto& script = job.script;
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    if (script.skipped[i]) continue;
    add_ours(around.before_statement(i));
    // Each statement is what pg_stat_activity shows while it runs, so each says whose it is.
    statements.push_back(
        {Kind::kScript, fmt::format("{} {}", script_comment(script.source.path), script.text(i))});
  }
  add_ours(around.after);
  // The history row is the last but COMMIT.
  PipelineStatement& row = statements[statements.size() - 2];
  row = {Kind::kHistoryRow, row.text + " RETURNING \"execution_time\""};
  return statements;
}

void Batch::begin(std::size_t index) {
  const ScriptJob& job = jobs_[index];
  const Milliseconds lock_timeout =
      LockTactics(job.script, executor_.lock_budget()).first_limits(0).lock_timeout;
  ++begun_;
  events_.begins(index);
  notices_.emplace(executor_.database_.session(), job.script.source.path);
  monitor_.emplace(executor_.database_, job.script.source.path, lock_timeout);
}

void Batch::note_committed(Milliseconds took) {
  notices_.reset();
  took_.push_back(took);
}

void Batch::tell_committed(std::size_t index, Milliseconds took) {
  ++*executor_.last_rank_;
  events_.committed(index, took);
}

// A connection that is lost meanwhile is not the end: the caller asks for it.
void Batch::reach_disk() {
  Session& session = executor_.database_.session();
  try {
    wait_for_disk(session);
  } catch (const DatabaseError&) {
    if (!session.lost()) throw;
  }
}

// The connection was lost with answers still out, or before the disk had the commits: the history rows
// decide, and nothing is sent again before.
std::size_t Batch::settle() {
  reconnect_to_settle(executor_.database_,
                      jobs_[std::min(took_.size(), jobs_.size() - 1)].script.source.path);
  wait_for_disk(executor_.database_.session());
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    executor_.throw_unless_committed(jobs_[i], "its history row is not there, so it was rolled back");
    if (i >= begun_) events_.begins(i);
    tell_committed(i, i < took_.size() ? took_[i] : Milliseconds(0));
  }
  return jobs_.size();
}

}  // namespace windlass::hook
