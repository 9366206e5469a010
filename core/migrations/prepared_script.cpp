#include "core/migrations/prepared_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/text.hpp"

namespace windlass::migrations {
namespace {

Diagnostic at_statement(const PreparedScript& script, std::size_t index, std::string rule,
                        std::string message, std::string help) {
  const sql::Statement& statement = script.statements[index];
  Diagnostic diagnostic;
  diagnostic.position = script.position(statement.offset);
  diagnostic.message = std::move(message);
  diagnostic.help = std::move(help);
  diagnostic.rule = std::move(rule);
  diagnostic.source = script.replaced.line(statement.offset);
  return diagnostic;
}

// "BEGIN", "BEGIN TRANSACTION", "START TRANSACTION" and their COMMIT: without options, which we would lose.
bool is_plain_control(std::string_view statement) {
  std::string words;
  for (const auto& word : split(to_upper(statement), ' ')) {
    if (!word.empty()) words += (words.empty() ? "" : " ") + word;
  }
  constexpr std::string_view kPlain[] = {
      "BEGIN",    "BEGIN WORK",     "BEGIN TRANSACTION",  "START TRANSACTION",
      "COMMIT",   "COMMIT WORK",    "COMMIT TRANSACTION", "END",
      "END WORK", "END TRANSACTION"};
  return std::find(std::begin(kPlain), std::end(kPlain), words) != std::end(kPlain);
}

bool is_wrapping_pair(const PreparedScript& script, std::size_t first, std::size_t last) {
  const auto plain = [&](std::size_t i) {
    constexpr std::size_t kLongest = 1024;  // with blanks and comments
    return script.statements[i].length <= kLongest && is_plain_control(script.text(i));
  };
  return first < last && script.classes[first].control == sql::Control::kBegin &&
         script.classes[last].control == sql::Control::kCommit && plain(first) && plain(last);
}

// Leaves out a BEGIN and COMMIT around everything else.
void unwrap(PreparedScript& script) {
  std::size_t first = 0;
  std::size_t last = script.statements.size();
  while (first < last && script.skipped[first]) ++first;
  while (last > first && script.skipped[last - 1]) --last;
  if (last == 0 || !is_wrapping_pair(script, first, last - 1)) return;
  script.skipped[first] = true;
  script.skipped[last - 1] = true;
}

bool ends_transaction(sql::Control control) {
  return control != sql::Control::kNone && control != sql::Control::kSavepoint;
}

void refuse_transaction_control(const PreparedScript& script, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    if (script.skipped[i] || !ends_transaction(script.classes[i].control)) continue;
    diagnostics.add(at_statement(script, i, "transaction-control",
                                 fmt::format("{} inside a script", script.classes[i].command),
                                 "A script runs in one transaction with its history row. Remove it, or put "
                                 "each part into a script of its own."));
  }
}

// It would give up the runner's lock, and a second runner would begin beside this one.
void refuse_discarding_the_lock(const PreparedScript& script, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    if (script.classes[i].command != "DISCARD ALL") continue;
    diagnostics.add(
        at_statement(script, i, "transaction-control", "DISCARD ALL gives up the lock of this run",
                     "Write DISCARD TEMP or DISCARD PLANS instead, or RESET the settings by their names."));
  }
}

// It would take the limits and the mark of the run's own transaction with it, as if the script had ended
// that.
void refuse_resetting_all(const PreparedScript& script, Diagnostics& diagnostics) {
  if (script.mode != RunMode::kTransaction) return;
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    if (script.skipped[i] || script.classes[i].command != "RESET ALL") continue;
    diagnostics.add(at_statement(
        script, i, "transaction-control", "RESET ALL takes away what this run has set for the transaction",
        "RESET the settings by their names, or write executeInTransaction=false into "
        "the script's .conf file."));
  }
}

bool may_stand_beside(const sql::StatementClass& statement) {
  return statement.command == "SET" || statement.command.starts_with("RESET");
}

bool is_forbidden(const sql::StatementClass& statement) {
  return statement.in_transaction == sql::InTransaction::kForbidden;
}

// Whether the author put the statement between BEGIN and COMMIT although PostgreSQL refuses it there.
bool has_unwrapped_pair(const PreparedScript& script) {
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    if (script.skipped[i] && script.classes[i].control == sql::Control::kBegin) return true;
  }
  return false;
}

void refuse_mixture(const PreparedScript& script, Diagnostics& diagnostics) {
  const bool wrapped = has_unwrapped_pair(script);
  bool beside_others = false;
  for (std::size_t i = 0; i < script.classes.size(); ++i) {
    const auto& statement = script.classes[i];
    beside_others |= !script.skipped[i] && !is_forbidden(statement) && !may_stand_beside(statement);
  }
  if (!wrapped && !beside_others) return;
  for (std::size_t i = 0; i < script.statements.size(); ++i) {
    if (script.skipped[i] || !is_forbidden(script.classes[i])) continue;
    diagnostics.add(at_statement(
        script, i, "mixed-transaction",
        fmt::format("{} cannot run inside a transaction{}", script.classes[i].command,
                    wrapped ? ", but the script says BEGIN" : ", but the script's other statements should"),
        "Put it into a script of its own, or write executeInTransaction=false into the script's .conf "
        "file."));
  }
}

void decide_mode(PreparedScript& script, Diagnostics& diagnostics) {
  const bool any_forbidden = std::any_of(script.classes.begin(), script.classes.end(), is_forbidden);
  if (script.source.in_transaction == false) {
    script.mode = RunMode::kStepwise;
    return;
  }
  if (!any_forbidden) return;
  script.mode = RunMode::kStepwise;
  refuse_mixture(script, diagnostics);
}

// A statement longer than any parse tree is data, and what it does stands in its first words. But a DO block
// may commit anywhere.
sql::StatementClass class_of(const PreparedScript& script, const sql::Statement& statement,
                             int server_major) {
  constexpr std::uint32_t kHead = 64U * 1024U + 1;  // one more than is parsed
  auto found =
      sql::classify(script.replaced.part(statement.offset, std::min(statement.length, kHead)), server_major);
  if (statement.length > kHead && found.command == "DO")
    found = sql::classify(script.replaced.part(statement.offset, statement.length), server_major);
  return found;
}

// Where a fault stands is known when the whole script has been read.
void add_faults(const ReplacedText& text, std::vector<sql::SplitFault> faults, Diagnostics& diagnostics) {
  for (auto& fault : faults) {
    Diagnostic diagnostic;
    diagnostic.position = text.position(fault.offset);
    diagnostic.message = std::move(fault.message);
    diagnostic.help = std::move(fault.help);
    diagnostic.source = text.line(fault.offset);
    diagnostics.add(std::move(diagnostic));
  }
}

}  // namespace

ScriptSource source_of(const Script& script) {
  TextSource text;
  if (script.readable) text = TextSource(SeekableFile(script.file), *parse_encoding(script.encoding));
  return {script.path, script.file, std::move(text), script.config.execute_in_transaction};
}

std::string text_of(const Script& script) {
  PlaceholderRules none;
  none.enabled = false;
  return ReplacedText(source_of(script).text, none, script.file).whole();
}

std::string PreparedScript::text(std::size_t statement, std::size_t most) const {
  const auto& one = statements[statement];
  return replaced.part(one.offset, std::min<std::size_t>(one.length, most));
}

std::size_t PreparedScript::held_bytes() const {
  constexpr std::size_t kOfEach = sizeof(sql::Statement) + sizeof(void*);
  constexpr std::size_t kOfClass =
      sizeof(sql::StatementClass) + 100;  // with its names and its place in the map
  return sizeof(PreparedScript) + replaced.held_bytes() + statements.capacity() * kOfEach +
         classes.distinct() * kOfClass;
}

Preparation prepare_script(ScriptSource source, const PlaceholderRules& placeholders, int server_major) {
  Preparation result;
  PreparedScript& script = result.script;
  script.source = std::move(source);
  script.replaced = ReplacedText(std::exchange(script.source.text, {}), placeholders, script.source.file);
  auto split = sql::split(script.replaced.pieces());
  script.statements = std::move(split.statements);
  result.diagnostics.add(script.replaced.diagnostics());
  add_faults(script.replaced, std::move(split.faults), result.diagnostics);
  for (const auto& statement : script.statements) {
    const bool meta = statement.kind == sql::StatementKind::kMetaCommand;
    script.classes.push_back(meta ? sql::StatementClass() : class_of(script, statement, server_major));
    script.skipped.push_back(meta);
    const auto lock = script.classes.back().lock;
    script.takes_strong_locks |= lock == sql::LockClass::kFast || lock == sql::LockClass::kHeavy;
  }
  unwrap(script);
  refuse_transaction_control(script, result.diagnostics);
  refuse_discarding_the_lock(script, result.diagnostics);
  decide_mode(script, result.diagnostics);
  refuse_resetting_all(script, result.diagnostics);
  return result;
}

}  // namespace windlass::migrations
