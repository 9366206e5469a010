#include "hook/execute/failure_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

// The statement's first lines as they stand in the file, numbered; of a long line its beginning.
std::string first_lines(const migrations::PreparedScript& script, const sql::Statement& statement) {
  constexpr std::size_t kMost = 5;
  constexpr std::size_t kLongest = 200;
  constexpr std::size_t kBytes = 8192;
  const std::size_t end = statement.offset + statement.length;
  std::string source = script.replaced.source_between(statement.offset, end, kBytes);
  const bool is_cut = source.size() >= kBytes;
  // The first line as a whole, as far as it can be shown.
  const std::string first = script.replaced.line(statement.offset);
  const Position position = script.position(statement.offset);
  if (!first.empty()) source.replace(0, source.find_first_of("\r\n"), first);
  auto lines = split(source, '\n');
  // The last one, too, with what stands behind the statement.
  const std::string last = script.replaced.line(end == 0 ? 0 : end - 1);
  if (!is_cut && !last.empty()) lines.back() = last;
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < kMost; ++i) {
    std::string_view line = lines[i];
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool cut = line.size() > kLongest;
    while (line.size() > kLongest || (cut && is_utf8_continuation(line.back()))) line.remove_suffix(1);
    text += fmt::format("  {:>5} | {}{}\n", position.line + static_cast<int>(i), line, cut ? " ..." : "");
  }
  if (lines.size() > kMost) text += "        | ...\n";
  return text;
}

Diagnostic place_of(const migrations::PreparedScript& script, const StatementFailure& failure,
                    const std::string& message) {
  Diagnostic diagnostic;
  diagnostic.message = message;
  const std::size_t offset =
      failure.offset != std::string::npos ? failure.offset : script.statements[failure.statement].offset;
  diagnostic.position = script.position(offset);
  diagnostic.source = script.replaced.line(offset);
  return diagnostic;
}

constexpr std::string_view kLimitExceeded = "53400";

// What a script can run into at its server, and what helps. Where PostgreSQL's own hint names a setting, in
// every language, that decides.
struct ServerLimit {
  std::string_view sqlstate;
  std::string_view setting;  // in the server's hint; empty: any
  std::string_view advice;
};

constexpr std::array kServerLimits = {
    ServerLimit{"53100", "",
                "The disk of the database server is full. What the script wrote was given back; free space, "
                "then run again."},
    ServerLimit{"53200", "max_locks_per_transaction",
                "The script locks more tables and indexes than the server has room for in one transaction. "
                "Raise max_locks_per_transaction, or split the script."},
    ServerLimit{
        "53200", "",
        "The database server is out of memory. Lower work_mem or maintenance_work_mem for the script, "
        "or run it when the server has less to do."},
    ServerLimit{
        kLimitExceeded, "",
        "A limit of the server's configuration was exceeded, temp_file_limit most often. Raise it for "
        "the role, or give the script more work_mem so that it sorts in memory."},
    ServerLimit{"58030", "",
                "The database server cannot read or write its files; look at its log and its disk."},
    ServerLimit{"XX001", "",
                "A table's data is corrupt; look at the server's log before anything is written."},
    ServerLimit{"XX002", "", "An index is corrupt: REINDEX it, then run again."},
};

std::string advice_of(const ServerMessage& server, const std::string& otherwise) {
  const auto fits = [&](const ServerLimit& limit) {
    return limit.sqlstate == server.sqlstate && server.hint.find(limit.setting) != std::string::npos;
  };
  const auto found = std::find_if(kServerLimits.begin(), kServerLimits.end(), fits);
  return found == kServerLimits.end() ? otherwise : std::string(found->advice);
}

std::string advice_on(const std::vector<OtherSession>& blockers) {
  using Kind = OtherSession::Kind;
  const auto any = [&](Kind kind) {
    return std::any_of(blockers.begin(), blockers.end(), [&](const auto& one) { return one.kind == kind; });
  };
  if (any(Kind::kWraparound))
    return "Let the autovacuum against wraparound finish, then run again; ending it only puts it off.";
  if (any(Kind::kPrepared)) return "Commit or roll back the prepared transaction, then run again.";
  std::string advice = "End the sessions that block it, or run it when they are gone.";
  if (any(Kind::kHidden)) advice += " GRANT pg_read_all_stats to this run's role to see what they do.";
  return advice;
}

}  // namespace

std::string blockers_text(const std::vector<OtherSession>& blockers) {
  std::string text;
  for (const auto& blocker : blockers) {
    text += "  blocked by " + blocker.to_text() + "\n";
    if (!blocker.remedy().empty()) text += "    what ends it: " + blocker.remedy() + "\n";
  }
  return text;
}

Error no_lock_error(const migrations::PreparedScript& script, const StatementFailure& failure, int attempts,
                    Milliseconds took, const std::vector<OtherSession>& blockers) {
  const bool locks = is_lock_failure(failure.server.sqlstate) || failure.statement == ScriptMessage::kPrelude;
  std::string details = blockers_text(blockers);
  if (failure.statement < script.statements.size()) {
    details += fmt::format("  it waited in {} ({})\n",
                           to_string(script.position(script.statements[failure.statement].offset)),
                           script.classes[failure.statement].command);
  }
  return Error(ExitCode::kTransient,
               fmt::format("{} {} in {} within {}; it was rolled back each time", script.source.path,
                           locks ? "could not get its locks" : "met transactions that conflict with it",
                           counted(static_cast<std::size_t>(attempts), "attempt"), format_duration(took)),
               advice_on(blockers))
      .with_details(details);
}

ExitCode code_of_script_failure(const std::string& sqlstate) {
  if (sqlstate == "42501") return ExitCode::kNotPermitted;
  if (sqlstate == kLimitExceeded) return ExitCode::kScriptFailed;  // the same again would exceed it again
  return is_transient(sqlstate) || sqlstate == "25006" ? ExitCode::kTransient : ExitCode::kScriptFailed;
}

Error stopped_error(const migrations::PreparedScript& script, bool deadline_passed,
                    const Deadline& deadline) {
  const std::string state = "it was cancelled and rolled back";
  if (!deadline_passed)
    return Error(ExitCode::kTerminated, fmt::format("stopped during {}: {}", script.source.path, state));
  return Error(ExitCode::kTransient,
               fmt::format("the deadline of {} passed during {}: {}", format_duration(deadline.limit()),
                           script.source.path, state),
               "Give the run a longer deadline, or make the script do less at once.");
}

Error ended_transaction_error(const migrations::PreparedScript& script) {
  return Error(
      ExitCode::kPartlyApplied, fmt::format("{} ended the transaction that it runs in", script.source.file),
      "What it did before is committed and no history row was written: remove COMMIT and ROLLBACK from the "
      "script and from what it calls, put the database right, then run again.");
}

Error script_error(const migrations::PreparedScript& script, const StatementFailure& failure,
                   const Aftermath& aftermath) {
  const ServerMessage& server = failure.server;
  const std::string said = fmt::format("{} (SQLSTATE {})", server.message, server.sqlstate);
  std::string details;
  std::string place = script.source.file;
  if (failure.statement < script.statements.size()) {
    const Diagnostic diagnostic = place_of(script, failure, said);
    place = to_string(diagnostic.position);
    details = to_text(diagnostic);
    details += fmt::format("  statement {} of {}:\n", failure.statement + 1, script.statements.size());
    details += first_lines(script, script.statements[failure.statement]);
  }
  if (!server.detail.empty()) details += "  detail: " + server.detail + "\n";
  if (!server.hint.empty()) details += "  hint: " + server.hint + "\n";
  if (!server.context.empty()) details += "  context: " + server.context + "\n";
  details += "  state: " + aftermath.state + "\n";
  return Error(aftermath.code, fmt::format("{} failed: {}", place, said), advice_of(server, aftermath.next))
      .with_details(details);
}

std::string last_words(const std::string& path, const ServerMessage& said) {
  if (!said.message.empty()) {
    return fmt::format("the server ended the session of {}: {} (SQLSTATE {})", path, said.message,
                       said.sqlstate);
  }
  return fmt::format(
      "the session of {} ended without an answer: its server process was killed (out of memory, say), the "
      "server crashed or stopped at once, or the network broke; the server's log tells",
      path);
}

}  // namespace windlass::hook
