#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/sql/classify.hpp"
#include "core/sql/lexer.hpp"
#include "core/sql/parse_tree.hpp"
#include "core/sql/word_reader.hpp"

namespace {

using nlohmann::json;
using windlass::sql::classify;
using windlass::sql::Control;
using windlass::sql::InTransaction;
using windlass::sql::Lexer;
using windlass::sql::Token;
using windlass::sql::TokenKind;

constexpr int kMutations = 20'000;
constexpr int kServer = 15;

const std::vector<std::string> kStatements = {
    "BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    "START TRANSACTION READ ONLY",
    "COMMIT WORK AND NO CHAIN",
    "END",
    "ROLLBACK TRANSACTION",
    "ROLLBACK WORK TO SAVEPOINT a",
    "ABORT",
    "SAVEPOINT a",
    "RELEASE a",
    "PREPARE TRANSACTION 'x'",
    "COMMIT PREPARED 'x'",
    "ROLLBACK PREPARED 'x'",
    "PREPARE transaction AS SELECT 1",
    "VACUUM (FULL, ANALYZE) t (a), u",
    "VACUUM FULL FREEZE VERBOSE ANALYZE t",
    "ANALYZE VERBOSE t",
    "CLUSTER",
    "CLUSTER VERBOSE t USING i",
    "CLUSTER (VERBOSE) t",
    "REINDEX (VERBOSE, CONCURRENTLY false) TABLE CONCURRENTLY t",
    "REINDEX (CONCURRENTLY 'on') INDEX app.i",
    "REINDEX SCHEMA s",
    "REINDEX DATABASE CONCURRENTLY d",
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY app.t USING gin (a) WHERE a > 0",
    "CREATE INDEX CONCURRENTLY ON t (a)",
    "CREATE INDEX concurrently_not ON t (a)",
    "DROP INDEX CONCURRENTLY IF EXISTS a, b CASCADE",
    "DROP INDEX a",
    "CREATE DATABASE d WITH OWNER = x",
    "DROP DATABASE IF EXISTS d",
    "ALTER DATABASE d SET TABLESPACE x",
    "ALTER DATABASE d WITH CONNECTION LIMIT 3",
    "ALTER DATABASE d SET work_mem TO '4MB'",
    "CREATE TABLESPACE x OWNER y LOCATION '/z'",
    "DROP TABLESPACE IF EXISTS x",
    "ALTER SYSTEM SET work_mem = 4",
    "ALTER SYSTEM RESET ALL",
    "DISCARD ALL",
    "DISCARD TEMPORARY",
    "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p, q WITH (connect = false, enabled)",
    "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p WITH (create_slot = on)",
    "CREATE SUBSCRIPTION s CONNECTION 'c' PUBLICATION p",
    "DROP SUBSCRIPTION IF EXISTS s CASCADE",
    "ALTER SUBSCRIPTION s REFRESH PUBLICATION WITH (copy_data = false)",
    "ALTER SUBSCRIPTION s ADD PUBLICATION p, q WITH (refresh = false)",
    "ALTER SUBSCRIPTION s SET PUBLICATION p",
    "ALTER SUBSCRIPTION s SET (slot_name = NONE)",
    "ALTER TABLE IF EXISTS app.p DETACH PARTITION app.q CONCURRENTLY",
    "ALTER TABLE p DETACH PARTITION q FINALIZE",
    "ALTER TABLE ONLY p ADD COLUMN a int DEFAULT f(1), DROP b CASCADE, ALTER c TYPE text USING c::text",
    "CREATE TABLE IF NOT EXISTS t (a int REFERENCES u, CHECK (a > 0)) INHERITS (v)",
    "SET TRANSACTION READ ONLY",
    "LOCK TABLE a, b IN SHARE MODE",
};

// Pieces that keep many statements valid and change how they look.
const std::vector<std::string> kFragments = {" /* VACUUM */ ",
                                             "-- x\n",
                                             "\n",
                                             "\"all\"",
                                             "\"concurrently\"",
                                             "concurrently",
                                             "Concurrently",
                                             "a.b",
                                             "$a$",
                                             "ALL",
                                             "IF EXISTS",
                                             "ONLY ",
                                             "(",
                                             ")",
                                             ",",
                                             "false",
                                             "= off",
                                             "'off'",
                                             "= 0",
                                             "WORK ",
                                             "TRANSACTION ",
                                             "TABLESPACE ",
                                             "TABLE ",
                                             "verbose, ",
                                             "x",
                                             ";"};

std::string fragment(std::mt19937& random) { return kFragments[random() % kFragments.size()]; }

std::string mutated(std::mt19937& random) {
  const auto below = [&](std::size_t limit) { return random() % limit; };
  std::string text = kStatements[below(kStatements.size())];
  for (std::size_t changes = below(4); changes > 0; --changes) {
    // At token borders only: elsewhere hardly anything parses.
    std::vector<std::size_t> borders;
    Lexer lexer(text);
    for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next())
      borders.push_back(token.offset);
    if (borders.empty()) break;
    const std::size_t at = borders[below(borders.size())];
    const Token token = Lexer(text, at).next();
    switch (below(4)) {
      case 0: text.erase(at, token.length); break;
      case 1:
        text[at] =
            static_cast<char>(text[at] ^ (isalpha(static_cast<unsigned char>(text[at])) != 0 ? 0x20 : 0));
        break;
      case 2: text.replace(at, token.length, fragment(random)); break;
      default: text.insert(at, " " + fragment(random) + " ");
    }
  }
  return text;
}

Control control_by_tree(const json& tree) {
  static const std::map<std::string, Control> kControls = {
      {"TRANS_STMT_BEGIN", Control::kBegin},           {"TRANS_STMT_START", Control::kBegin},
      {"TRANS_STMT_COMMIT", Control::kCommit},         {"TRANS_STMT_ROLLBACK", Control::kRollback},
      {"TRANS_STMT_SAVEPOINT", Control::kSavepoint},   {"TRANS_STMT_RELEASE", Control::kSavepoint},
      {"TRANS_STMT_ROLLBACK_TO", Control::kSavepoint}, {"TRANS_STMT_PREPARE", Control::kPrepareTransaction}};
  if (!tree.contains("TransactionStmt")) return Control::kNone;
  const auto found = kControls.find(tree["TransactionStmt"].value("kind", ""));
  return found == kControls.end() ? Control::kNone : found->second;
}

// The written value of an option, "" where it has none; "absent" where it is not written.
std::string option(const json& statement, const char* list, const std::string& name) {
  std::string value = "absent";
  const json elements = statement.value(list, json::array());
  for (const json& wrapped : elements) {
    const json& element = wrapped["DefElem"];
    if (element.value("defname", "") != name) continue;
    value = "";
    const json arguments = element.value("arg", json::object());
    for (const auto& [kind, argument] : arguments.items()) {
      if (kind == "String") value = argument.value("sval", "");
      if (kind == "TypeName") value = argument["names"].back()["String"].value("sval", "");  // a bare word
      if (kind == "Integer") value = std::to_string(argument.value("ival", 0));
    }
  }
  return value;
}

bool is_off(const std::string& value) { return value != "absent" && windlass::sql::is_false(value); }
bool is_on(const std::string& value) { return value != "absent" && !windlass::sql::is_false(value); }

bool forbidden_subscription(const std::string& kind, const json& node) {
  if (kind == "CreateSubscriptionStmt") {
    return !is_off(option(node, "options", "connect")) && !is_off(option(node, "options", "create_slot"));
  }
  const std::string action = node.value("kind", "");
  if (action == "ALTER_SUBSCRIPTION_REFRESH") return true;
  return action.ends_with("PUBLICATION") && !is_off(option(node, "options", "refresh"));
}

// PostgreSQL's PreventInTransactionBlock, read from the tree.
bool forbidden_by_tree(const json& tree) {
  static const std::set<std::string> kAlways = {"CreatedbStmt",         "DropdbStmt",
                                                "CreateTableSpaceStmt", "DropTableSpaceStmt",
                                                "AlterSystemStmt",      "DropSubscriptionStmt"};
  const std::string kind = tree.begin().key();
  const json& node = tree.begin().value();
  if (kAlways.count(kind) > 0) return true;
  if (kind == "TransactionStmt") return node.value("kind", "").ends_with("_PREPARED");
  if (kind == "VacuumStmt") return node.value("is_vacuumcmd", false);
  if (kind == "ClusterStmt") return !node.contains("relation");
  if (kind == "IndexStmt" || kind == "DropStmt") return node.value("concurrent", false);
  if (kind == "DiscardStmt") return node.value("target", "") == "DISCARD_ALL";
  if (kind == "AlterDatabaseStmt") return option(node, "options", "tablespace") != "absent";
  if (kind == "CreateSubscriptionStmt" || kind == "AlterSubscriptionStmt")
    return forbidden_subscription(kind, node);
  if (kind == "ReindexStmt") {
    const std::string target = node.value("kind", "");
    const bool single = target == "REINDEX_OBJECT_TABLE" || target == "REINDEX_OBJECT_INDEX";
    return !single || is_on(option(node, "params", "concurrently"));
  }
  return kind == "AlterTableStmt" && tree.dump().find("\"concurrent\":true") != std::string::npos;
}

// The grammar takes any option and any setting; the server then knows none of these.
bool is_nonsense(const json& tree) {
  if (tree.contains("AlterDatabaseStmt"))
    return tree["AlterDatabaseStmt"].value("options", json::array()).size() > 1;
  return tree.contains("AlterDatabaseSetStmt") &&
         tree["AlterDatabaseSetStmt"]["setstmt"].value("name", "") == "tablespace";
}

}  // namespace

TEST_CASE("the first words say what the parse tree says about transactions") {
  std::mt19937 random(20261123);
  int accepted = 0;
  for (int i = 0; i < kMutations; ++i) {
    const std::string statement = mutated(random);
    const auto found = classify(statement, kServer);
    const json tree = windlass::sql::parse_tree(statement);
    if (tree.is_null() || is_nonsense(tree)) continue;
    ++accepted;
    CAPTURE(i, statement, tree.dump());
    if (found.control != control_by_tree(tree)) FAIL_CHECK("another transaction control");
    if ((found.in_transaction == InTransaction::kForbidden) != forbidden_by_tree(tree))
      FAIL_CHECK("another rule");
  }
  CHECK(accepted > kMutations / 5);
}
