#include "core/sql/object_rules.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"

namespace windlass::sql {
namespace {

// The kinds of object that CREATE, ALTER and DROP know, longer ones before their own beginnings.
constexpr std::array<std::string_view, 46> kKinds = {"access method",
                                                     "aggregate",
                                                     "cast",
                                                     "collation",
                                                     "conversion",
                                                     "database",
                                                     "default privileges",
                                                     "domain",
                                                     "event trigger",
                                                     "extension",
                                                     "foreign data wrapper",
                                                     "foreign table",
                                                     "function",
                                                     "group",
                                                     "index",
                                                     "language",
                                                     "large object",
                                                     "materialized view",
                                                     "operator class",
                                                     "operator family",
                                                     "operator",
                                                     "owned",
                                                     "policy",
                                                     "procedure",
                                                     "publication",
                                                     "role",
                                                     "routine",
                                                     "rule",
                                                     "schema",
                                                     "sequence",
                                                     "server",
                                                     "statistics",
                                                     "subscription",
                                                     "system",
                                                     "table",
                                                     "tablespace",
                                                     "text search configuration",
                                                     "text search dictionary",
                                                     "text search parser",
                                                     "text search template",
                                                     "transform",
                                                     "trigger",
                                                     "type",
                                                     "user mapping",
                                                     "user",
                                                     "view"};

// Kinds that are relations, kinds that belong to one, and kinds that lock none.
constexpr std::array<std::string_view, 6> kRelations = {
    "table", "index", "view", "foreign table", "materialized view", "sequence"};
constexpr std::array<std::string_view, 3> kOnTables = {"policy", "trigger", "rule"};
constexpr std::array<std::string_view, 6> kElsewhere = {"role",         "user",       "group",
                                                        "user mapping", "tablespace", "database"};

// What may stand between CREATE and the kind.
constexpr std::array<std::string_view, 10> kModifiers = {"global",   "local",     "temporary",  "temp",
                                                         "unlogged", "unique",    "constraint", "recursive",
                                                         "trusted",  "procedural"};

// Steps over the kind and adds it to the command; empty when none of them comes next.
std::string_view accept_kind(WordReader& words, StatementClass& result) {
  for (const std::string_view kind : kKinds) {
    if (!words.accept(kind)) continue;
    result.command += " " + to_upper(kind);
    return kind;
  }
  return {};
}

template <std::size_t N>
bool is_one_of(std::string_view kind, const std::array<std::string_view, N>& kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

void accept_if_exists(WordReader& words) {
  if (!words.accept("if exists")) words.accept("if not exists");
}

void forbid(StatementClass& result) { result.in_transaction = InTransaction::kForbidden; }

// "app." of app.t; empty when no schema is written.
std::string schema_prefix(const std::string& name) {
  std::size_t end = 0;
  Lexer lexer(name);
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    if (is_symbol(token, name, ".")) end = token.end();
  }
  return name.substr(0, end);
}

void create_index(WordReader& words, StatementClass& result) {
  const bool concurrently = words.accept("concurrently");
  if (concurrently) {
    result.command += " CONCURRENTLY";
    forbid(result);
  }
  accept_if_exists(words);
  result.effect = Effect::kCreateIndex;
  result.lock = concurrently ? LockClass::kConcurrent : LockClass::kHeavy;
  if (!words.sees("on")) result.object = words.accept_name();
  words.accept("on");
  words.accept("only");
  result.relations = {words.accept_name()};
  // An index cannot be given a schema: it takes the one of its table.
  if (!result.object.empty()) result.object.insert(0, schema_prefix(result.relations.front()));
}

// Databases, tablespaces and subscriptions: what `effect` makes or unmakes, by its name.
void make_or_unmake(Effect effect, WordReader& words, StatementClass& result) {
  accept_if_exists(words);
  result.effect = effect;
  result.object = words.accept_name();
}

// Without a connection or without a slot there is nothing on the other server that could not be rolled back.
void create_subscription(WordReader& words, StatementClass& result) {
  make_or_unmake(Effect::kCreateSubscription, words, result);
  while (!words.at_end() && !words.accept("with")) words.skip();
  const Options options = words.accept_options();
  if (!is_off(options, "connect") && !is_off(options, "create_slot")) forbid(result);
}

// The tables that a new table's foreign keys, parent or ancestors name; the parse tree finds more of them.
void create_table(WordReader& words, StatementClass& result) {
  accept_if_exists(words);
  words.accept_name();
  const bool partition = words.accept("partition of");
  if (partition) result.relations = {words.accept_name()};
  if (partition || words.has_ahead("inherits")) result.lock = LockClass::kFast;
}

// The table stands behind `word`: CREATE TRIGGER ... ON t, CREATE RULE ... TO t.
void locks_table_behind(std::string_view word, WordReader& words, StatementClass& result) {
  result.lock = LockClass::kFast;
  while (!words.at_end() && !words.accept(word)) words.skip();
  result.relations = {words.accept_name()};
}

void alter_database(WordReader& words, StatementClass& result) {
  words.accept_name();
  if (!words.accept("set")) words.accept("with");
  if (!words.sees("tablespace")) return;
  result.command += " SET TABLESPACE";
  result.effect = Effect::kIdempotent;
  forbid(result);
}

void alter_subscription(WordReader& words, int server_version, StatementClass& result) {
  result.object = words.accept_name();
  const bool one_by_one = words.sees("add publication") || words.sees("drop publication");
  result.effect = one_by_one ? Effect::kChangePublications : Effect::kIdempotent;
  if (words.accept("refresh publication")) {
    if (server_version >= 14) forbid(result);
    return;
  }
  if (words.accept("set publication") || words.accept("add publication") ||
      words.accept("drop publication")) {
    while (!words.at_end() && !words.accept("with")) words.skip();
    if (server_version >= 14 && !is_off(words.accept_options(), "refresh")) forbid(result);
    return;
  }
  if (!words.accept("set")) return;
  const Options options = words.accept_options();
  if (server_version >= 17 && options.count("failover") > 0) forbid(result);
  if (server_version >= 18 && is_off(options, "two_phase")) forbid(result);
}

void alter_type(WordReader& words, StatementClass& result) {
  const std::string name = words.accept_name();
  result.lock = LockClass::kFast;
  if (!words.accept("add value")) return;
  result.command += " ADD VALUE";
  result.effect = Effect::kAddEnumValue;
  result.object = name;
}

// A domain's constraint is checked on every table that uses it, under a lock that blocks writes.
void alter_domain(WordReader& words, StatementClass& result) {
  words.accept_name();
  const bool adds = words.sees("add") && !words.has_ahead("not valid");
  const bool scans = adds || words.sees("validate") || words.sees("set not null");
  result.lock = scans ? LockClass::kHeavy : LockClass::kFast;
}

// One action of ALTER TABLE, up to its comma. Only the tree knows whether a default is volatile: a call
// counts.
LockClass lock_of_addition(const WordReader& action) {
  const auto has = [&](std::string_view phrase) { return action.has_ahead_before_comma(phrase); };
  if (has("not valid") || has("not enforced") || has("using index")) return LockClass::kFast;
  const bool checks = has("constraint") || has("check") || has("foreign key") || has("unique") ||
                      has("primary key") || has("exclude") || has("stored") || has("identity") ||
                      has("serial") || has("bigserial") || has("smallserial") ||
                      (has("default") && has("references"));
  return checks || action.has_call_in_default() ? LockClass::kHeavy : LockClass::kFast;
}

LockClass lock_of_action(WordReader& action, StatementClass& result) {
  if (action.accept("validate constraint")) return LockClass::kScan;
  if (action.accept("add")) return lock_of_addition(action);
  if (action.sees("attach partition")) return LockClass::kHeavy;
  if (action.accept("detach partition")) {
    result.effect = Effect::kDetachPartition;
    result.object = action.accept_name();
    result.relations.push_back(result.object);
    if (!action.sees("concurrently")) return LockClass::kFast;
    result.command += " DETACH PARTITION CONCURRENTLY";
    forbid(result);
    return LockClass::kConcurrent;
  }
  for (const std::string_view rewrite :
       {"set logged", "set unlogged", "set tablespace", "set access method"}) {
    if (action.sees(rewrite)) return LockClass::kHeavy;
  }
  if (!action.accept("alter")) return LockClass::kFast;
  action.accept("column");
  action.accept_name();
  action.accept("set data");
  const bool scans = action.sees("type") || action.sees("set not null") || action.sees("set expression");
  return scans ? LockClass::kHeavy : LockClass::kFast;
}

void alter_table(WordReader& words, StatementClass& result) {
  if (words.accept("all in tablespace")) {
    result.lock = LockClass::kHeavy;
    return;
  }
  accept_if_exists(words);
  words.accept("only");
  result.relations = {words.accept_name()};
  result.lock = lock_of_action(words, result);
  while (words.skip_past_comma()) result.lock = combined(result.lock, lock_of_action(words, result));
}

}  // namespace

LockClass combined(LockClass a, LockClass b) {
  if (a == b || b == LockClass::kNone) return a;
  if (a == LockClass::kNone) return b;
  return LockClass::kHeavy;
}

void classify_create(WordReader& words, int, StatementClass& result) {
  const bool replaces = words.accept("or replace");
  for (std::size_t i = 0; i < kModifiers.size(); ++i) {
    for (const std::string_view modifier : kModifiers) words.accept(modifier);
  }
  const std::string_view kind = accept_kind(words, result);
  if (kind == "index") return create_index(words, result);
  if (kind == "database" || kind == "tablespace") {
    make_or_unmake(kind == "database" ? Effect::kCreateDatabase : Effect::kCreateTablespace, words, result);
    return forbid(result);
  }
  if (kind == "subscription") return create_subscription(words, result);
  if (kind == "table") return create_table(words, result);
  if (kind == "trigger" || kind == "policy") return locks_table_behind("on", words, result);
  if (kind == "rule") return locks_table_behind("to", words, result);
  if (kind == "statistics") return locks_table_behind("from", words, result);
  if (kind == "publication") result.lock = LockClass::kFast;
  if (kind == "view" && replaces) {
    result.lock = LockClass::kFast;
    result.relations = {words.accept_name()};
  }
}

void classify_alter(WordReader& words, int server_version, StatementClass& result) {
  const std::string_view kind = accept_kind(words, result);
  if (is_one_of(kind, kRelations)) return alter_table(words, result);
  if (is_one_of(kind, kOnTables)) return locks_table_behind("on", words, result);
  if (kind == "database") return alter_database(words, result);
  if (kind == "system") {
    result.effect = Effect::kIdempotent;
    return forbid(result);
  }
  if (kind == "subscription") return alter_subscription(words, server_version, result);
  if (kind == "type") return alter_type(words, result);
  if (kind == "domain") return alter_domain(words, result);
  if (kind == "statistics" || kind == "publication") result.lock = LockClass::kFast;
}

void classify_drop(WordReader& words, int, StatementClass& result) {
  const std::string_view kind = accept_kind(words, result);
  if (kind == "database" || kind == "tablespace" || kind == "subscription") {
    make_or_unmake(kind == "database"     ? Effect::kDropDatabase
                   : kind == "tablespace" ? Effect::kDropTablespace
                                          : Effect::kDropSubscription,
                   words, result);
    forbid(result);
  }
  if (is_one_of(kind, kElsewhere) || kind.empty()) return;
  if (is_one_of(kind, kOnTables)) return locks_table_behind("on", words, result);
  result.lock = LockClass::kFast;
  if (!is_one_of(kind, kRelations)) return;
  if (kind == "index" && words.accept("concurrently")) {
    result.command += " CONCURRENTLY";
    result.lock = LockClass::kConcurrent;
    forbid(result);
  }
  accept_if_exists(words);
  result.relations = words.accept_names();
  if (kind == "index") result.effect = Effect::kDropIndex;
  if (kind == "index" && !result.relations.empty()) result.object = result.relations.front();
}

void classify_comment(WordReader& words, int, StatementClass& result) {
  result.lock = LockClass::kFast;
  if (!words.accept("on")) return;
  for (const std::string_view kind : kRelations) {
    if (words.accept(kind)) result.relations = {words.accept_name()};
  }
}

}  // namespace windlass::sql
