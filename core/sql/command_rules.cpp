#include "core/sql/command_rules.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/sql/object_rules.hpp"
#include "core/sql/word_reader.hpp"

namespace windlass::sql {
namespace {

using Rule = void (*)(WordReader& words, int server_version, StatementClass& result);

struct Command {
  std::string_view word;  // that the statement begins with
  Rule rule;              // reads on behind it; null: nothing more to know
};

void begin(WordReader&, int, StatementClass& result) { result.control = Control::kBegin; }

void start(WordReader& words, int, StatementClass& result) {
  if (!words.accept("transaction")) return;
  result.command = "START TRANSACTION";
  result.control = Control::kBegin;
}

// COMMIT PREPARED and ROLLBACK PREPARED end another transaction, and not from inside one.
bool ends_prepared(WordReader& words, StatementClass& result, Effect effect) {
  if (!words.accept("prepared")) return false;
  result.command += " PREPARED";
  result.in_transaction = InTransaction::kForbidden;
  result.effect = effect;
  if (words.token(0).kind == TokenKind::kString) result.object = words.text_of(words.token(0));
  return true;
}

void commit(WordReader& words, int, StatementClass& result) {
  if (!ends_prepared(words, result, Effect::kCommitPrepared)) result.control = Control::kCommit;
}

void rollback(WordReader& words, int, StatementClass& result) {
  if (ends_prepared(words, result, Effect::kRollbackPrepared)) return;
  if (!words.accept("work")) words.accept("transaction");
  result.control = words.accept("to") ? Control::kSavepoint : Control::kRollback;
  if (result.control == Control::kSavepoint) result.command += " TO SAVEPOINT";
}

void savepoint(WordReader&, int, StatementClass& result) { result.control = Control::kSavepoint; }

void prepare(WordReader& words, int, StatementClass& result) {
  if (words.token(1).kind != TokenKind::kString || !words.accept("transaction")) return;
  result.command = "PREPARE TRANSACTION";
  result.control = Control::kPrepareTransaction;
}

void vacuum(WordReader& words, int, StatementClass& result) {
  const Options options = words.accept_options();
  const bool full = words.accept("full") || is_on(options, "full");
  while (words.accept("freeze") || words.accept("verbose") || words.accept("analyze") ||
         words.accept("analyse")) {
  }
  if (full) result.command = "VACUUM FULL";
  result.in_transaction = InTransaction::kForbidden;
  result.effect = Effect::kIdempotent;
  result.lock = full ? LockClass::kHeavy : LockClass::kScan;
  result.relations = words.accept_names();
}

void analyze(WordReader& words, int, StatementClass& result) {
  words.accept_options();
  words.accept("verbose");
  result.command = "ANALYZE";
  result.lock = LockClass::kScan;
  result.relations = words.accept_names();
}

// CLUSTER alone works through every clustered table, each in a transaction of its own.
void cluster(WordReader& words, int, StatementClass& result) {
  words.accept_options();
  words.accept("verbose");
  result.lock = LockClass::kHeavy;
  result.effect = Effect::kIdempotent;
  const std::string name = words.accept_name();
  if (name.empty()) {
    result.in_transaction = InTransaction::kForbidden;
    return;
  }
  // CLUSTER index ON table is the oldest spelling.
  result.relations = {words.accept("on") ? words.accept_name() : name};
}

void reindex(WordReader& words, int, StatementClass& result) {
  const Options options = words.accept_options();
  const bool single = words.sees("index") || words.sees("table");
  const std::string kind = to_upper(words.text_of(words.token(0)));
  words.skip();
  const bool concurrently = words.accept("concurrently") || is_on(options, "concurrently");
  const std::string name = words.accept_name();
  if (single || kind == "SCHEMA" || kind == "DATABASE" || kind == "SYSTEM") result.command += " " + kind;
  if (concurrently) result.command += " CONCURRENTLY";
  // A partitioned table or index is refused in a block as well; the text does not tell that it is one.
  if (concurrently || !single) result.in_transaction = InTransaction::kForbidden;
  result.effect = Effect::kReindex;
  result.lock = concurrently ? LockClass::kConcurrent : LockClass::kHeavy;
  result.object = name;
  if (single && !name.empty()) result.relations = {name};
}

void refresh(WordReader& words, int, StatementClass& result) {
  if (!words.accept("materialized view")) return;
  result.command = "REFRESH MATERIALIZED VIEW";
  const bool concurrently = words.accept("concurrently");
  if (concurrently) result.command += " CONCURRENTLY";
  result.lock =
      concurrently ? LockClass::kScan : LockClass::kHeavy;  // readers go on while CONCURRENTLY compares
  result.relations = {words.accept_name()};
}

void discard(WordReader& words, int, StatementClass& result) {
  if (!words.accept("all")) return;
  result.command = "DISCARD ALL";
  result.in_transaction = InTransaction::kForbidden;
}

void reset(WordReader& words, int, StatementClass& result) {
  if (words.accept("all")) result.command = "RESET ALL";
}

void lock(WordReader& words, int, StatementClass& result) {
  words.accept("table");
  result.lock = LockClass::kFast;
  result.relations = words.accept_names();
}

void truncate(WordReader& words, int server_version, StatementClass& result) {
  lock(words, server_version, result);
}

void insert(WordReader& words, int, StatementClass& result) {
  if (words.accept("into")) result.relations = {words.accept_name()};
}

void update(WordReader& words, int, StatementClass& result) {
  words.accept("only");
  result.relations = {words.accept_name()};
}

void delete_from(WordReader& words, int server_version, StatementClass& result) {
  if (words.accept("from")) update(words, server_version, result);
}

void copy(WordReader& words, int, StatementClass& result) {
  if (!words.sees_symbol("(")) result.relations = {words.accept_name()};
}

// A body that commits runs alone only: 2D000 inside a block. `body` is the text between its quotes.
bool ends_transactions(std::string_view body) {
  Lexer lexer(body);
  bool begins_statement = true;
  for (Token token = lexer.next_significant(); token.kind != TokenKind::kEnd;) {
    const Token next = lexer.next_significant();
    const bool control = is_word(token, body, "commit") || is_word(token, body, "rollback");
    if (begins_statement && control && (next.kind == TokenKind::kSemicolon || is_word(next, body, "and")))
      return true;
    begins_statement = token.kind == TokenKind::kSemicolon || is_word(token, body, "begin") ||
                       is_word(token, body, "then") || is_word(token, body, "else") ||
                       is_word(token, body, "loop");
    token = next;
  }
  return false;
}

void do_block(WordReader& words, int, StatementClass& result) {
  for (; !words.at_end(); words.skip()) {
    if (words.token(0).kind != TokenKind::kString) continue;
    const std::string_view quoted = words.text_of(words.token(0));
    const std::size_t quotes = quoted.front() == '$' ? quoted.find('$', 1) + 1 : quoted.find('\'') + 1;
    if (quoted.size() < 2 * quotes || !ends_transactions(quoted.substr(quotes, quoted.size() - 2 * quotes)))
      continue;
    result.in_transaction = InTransaction::kForbidden;
  }
}

constexpr std::array kCommands = {
    Command{"begin", begin},
    Command{"start", start},
    Command{"commit", commit},
    Command{"end", commit},
    Command{"rollback", rollback},
    Command{"abort", rollback},
    Command{"savepoint", savepoint},
    Command{"release", savepoint},
    Command{"prepare", prepare},
    Command{"create", classify_create},
    Command{"alter", classify_alter},
    Command{"drop", classify_drop},
    Command{"comment", classify_comment},
    Command{"vacuum", vacuum},
    Command{"analyze", analyze},
    Command{"analyse", analyze},
    Command{"cluster", cluster},
    Command{"reindex", reindex},
    Command{"refresh", refresh},
    Command{"discard", discard},
    Command{"lock", lock},
    Command{"truncate", truncate},
    Command{"insert", insert},
    Command{"update", update},
    Command{"delete", delete_from},
    Command{"merge", insert},
    Command{"copy", copy},
    Command{"do", do_block},
    Command{"select", nullptr},
    Command{"with", nullptr},
    Command{"values", nullptr},
    Command{"table", nullptr},
    Command{"set", nullptr},
    Command{"reset", reset},
    Command{"show", nullptr},
    Command{"grant", nullptr},
    Command{"revoke", nullptr},
    Command{"call", nullptr},
    Command{"explain", nullptr},
    Command{"execute", nullptr},
    Command{"deallocate", nullptr},
    Command{"declare", nullptr},
    Command{"fetch", nullptr},
    Command{"move", nullptr},
    Command{"close", nullptr},
    Command{"listen", nullptr},
    Command{"notify", nullptr},
    Command{"unlisten", nullptr},
    Command{"load", nullptr},
    Command{"checkpoint", nullptr},
    Command{"reassign", nullptr},
    Command{"security", nullptr},
    Command{"import", nullptr},
};

}  // namespace

StatementClass classify_by_words(std::string_view statement, int server_version) {
  WordReader words(statement);
  StatementClass result;
  // (SELECT ...) UNION ..., and semicolons that stand before anything.
  while (words.sees_symbol("(") || words.token(0).kind == TokenKind::kSemicolon) {
    words = WordReader(statement, words.token(0).end());
  }
  const auto found = std::find_if(kCommands.begin(), kCommands.end(),
                                  [&](const Command& command) { return words.sees(command.word); });
  if (found == kCommands.end()) {
    result.command = "unknown command";
    return result;
  }
  result.command = to_upper(found->word);
  words.skip();
  result.if_exists = words.has_if_exists();
  if (found->rule != nullptr) found->rule(words, server_version, result);
  std::erase(result.relations, std::string());
  return result;
}

}  // namespace windlass::sql
