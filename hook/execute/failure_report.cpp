#include "hook/execute/failure_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.hpp"

namespace windlass::hook {
namespace {

// The statement's first lines as they stand in the file, numbered.
std::string first_lines(const migrations::PreparedScript& script, const sql::Statement& statement) {
  constexpr int kMost = 5;
  const std::size_t begin = migrations::source_offset(script.replaced, statement.offset);
  const std::size_t end = migrations::source_offset(script.replaced, statement.offset + statement.length);
  int line = position_at(script.source.text, begin, "").line;
  std::string text;
  int shown = 0;
  for (std::size_t at = begin; at < end && shown < kMost; ++shown, ++line) {
    const std::string_view source = line_at(script.source.text, at);
    text += fmt::format("  {:>5} | {}\n", line, source);
    at = std::min(script.source.text.find('\n', at), script.source.text.size()) + 1;
    if (at < end && shown + 1 == kMost) text += "        | ...\n";
  }
  return text;
}

Diagnostic place_of(const migrations::PreparedScript& script, const StatementFailure& failure,
                    const std::string& message) {
  Diagnostic diagnostic;
  diagnostic.message = message;
  const std::size_t offset =
      failure.offset != std::string::npos ? failure.offset : script.statements[failure.statement].offset;
  diagnostic.position = script.position(offset);
  diagnostic.source = line_at(script.source.text, migrations::source_offset(script.replaced, offset));
  return diagnostic;
}

std::string blockers_text(const std::vector<OtherSession>& blockers) {
  std::string text;
  for (const auto& blocker : blockers) {
    text += "  blocked by " + blocker.to_text() + "\n";
    if (!blocker.remedy().empty()) text += "    what ends it: " + blocker.remedy() + "\n";
  }
  return text;
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
  return is_transient(sqlstate) || sqlstate == "25006" ? ExitCode::kTransient : ExitCode::kScriptFailed;
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
  return Error(aftermath.code, fmt::format("{} failed: {}", place, said), aftermath.next)
      .with_details(details);
}

}  // namespace windlass::hook
