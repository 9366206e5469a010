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

}  // namespace

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
