#include "hook/execute/stepwise_failure.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "hook/execute/failure_report.hpp"
#include "hook/execute/settle.hpp"

namespace windlass::hook {
namespace {

// The other server's part of a subscription does not roll back with ours.
std::string slot_hint(const sql::StatementClass& statement, const ServerMessage& server) {
  if (server.message.find("replication slot") == std::string::npos) return "";
  if (statement.effect == sql::Effect::kCreateSubscription) {
    return "If the slot on the publisher is that of an interrupted try, drop it there: SELECT "
           "pg_drop_replication_slot('NAME'). Then run again.";
  }
  if (statement.effect != sql::Effect::kDropSubscription) return "";
  return fmt::format(
      "If the slot on the publisher is gone already, run: ALTER SUBSCRIPTION {0} DISABLE; ALTER "
      "SUBSCRIPTION {0} SET (slot_name = NONE). Then run again.",
      statement.object);
}

Aftermath aftermath_of(const migrations::PreparedScript& script, std::size_t index,
                       const ServerMessage& server, const StepwiseAftermath& after) {
  Aftermath aftermath{code_of_script_failure(server.sqlstate), "the statement left nothing behind",
                      "Correct the script and run again."};
  if (after.may_have_committed) {
    return {ExitCode::kPartlyApplied,
            "the statement ends transactions of its own: what it committed before it failed stays",
            settling_hint(script.source.path)};
  }
  const bool incomplete = after.done_before > 0 || !after.left.empty();
  if (incomplete && aftermath.code == ExitCode::kScriptFailed) aftermath.code = ExitCode::kPartlyApplied;
  if (after.done_before > 0) {
    aftermath.state =
        fmt::format("the {} before it took effect and cannot be rolled back; the failed one left nothing",
                    counted(after.done_before, "statement"));
    aftermath.next =
        "Correct the failed statement, leave those before it as they are, and run again; it goes on there.";
  }
  if (!after.left.empty()) {
    aftermath.state = after.left;
    aftermath.next += " The next run puts that right first.";
  }
  const std::string slot = slot_hint(script.classes[index], server);
  if (!slot.empty()) aftermath.next = slot;
  return aftermath;
}

}  // namespace

Error statement_error(const migrations::PreparedScript& script, std::size_t index, const RunResult& result,
                      const StepwiseAftermath& aftermath) {
  return script_error(script, *result.failure,
                      aftermath_of(script, index, result.failure->server, aftermath));
}

Error stopped_error(const migrations::PreparedScript& script, std::size_t index, const RunResult& result) {
  return Error(
      result.deadline_passed ? ExitCode::kTransient : ExitCode::kTerminated,
      fmt::format("{} during statement {} of {}; it was cancelled",
                  result.deadline_passed ? "the deadline passed" : "stopped", index + 1, script.source.path),
      "Run again; it goes on with that statement.");
}

Error lost_statement_error(const migrations::PreparedScript& script, std::size_t index) {
  return Error(
      ExitCode::kTransient,
      fmt::format("the connection was lost during statement {} of {}; it did not take effect, or has to run "
                  "again",
                  index + 1, script.source.path),
      "Run again; it goes on with this statement.");
}

Error unsettled_error(const migrations::PreparedScript& script, std::size_t index, const Intent& intent) {
  const auto& statement = script.classes[index];
  const std::string look = how_to_look(statement);
  std::string details;
  if (!look.empty()) details = "  to look: " + look + "\n";
  return Error(ExitCode::kPartlyApplied,
               fmt::format(
                   "{}: statement {} ({}) was in flight when run {} ended at {}, and the server cannot tell "
                   "whether it took effect",
                   to_string(script.position(script.statements[index].offset)), index + 1, statement.command,
                   intent.run_id, intent.started_at),
               settling_hint(script.source.path))
      .with_details(details);
}

std::string settling_hint(const std::string& script) {
  return fmt::format(
      "Look whether the statement took effect, then run: windlass-hook repair --confirm "
      "applied:{0} when it did, --confirm not-applied:{0} when it did not. After that, migrate "
      "goes on.",
      script);
}

std::string leftover_text(const sql::StatementClass& statement, const ObjectState& now) {
  if (now.presence != ObjectState::Presence::kUnfinished) return "";
  switch (statement.effect) {
    case sql::Effect::kCreateIndex:
    case sql::Effect::kDropIndex:
      return fmt::format("index {} is left, and is not valid",
                         statement.object.empty() ? "of " + statement.relations.front() : statement.object);
    case sql::Effect::kDetachPartition: return fmt::format("the detach of {} is pending", statement.object);
    case sql::Effect::kDropDatabase:
      return fmt::format("database {} is half dropped, and takes no connection", statement.object);
    default: return "";
  }
}

}  // namespace windlass::hook
