// What a script that cannot run in one transaction was about to do: written before each statement, so that a
// rerun knows.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hook/database/session.hpp"

namespace windlass::hook {

// A statement of a script that was begun. Statements count from 0.
struct Intent {
  std::size_t statement = 0;
  std::string statement_sha256;
  bool done = false;
  std::string run_id;
  std::string started_at;
  // Before the statement was sent: what the server said of its object (object_state.hpp), kSharedTransaction
  // or kSelfCommitting. Empty in rows that older versions wrote.
  std::string found;
};

// The statement shares its transaction with its progress record: in flight means rolled back.
inline constexpr std::string_view kSharedTransaction = "shared";
// The statement (CALL, DO) ends transactions of its own, and the catalogue does not tell of it.
inline constexpr std::string_view kSelfCommitting = "self-committing";

// Which script of which history table; `script` is the history table's `script`.
struct IntentKey {
  std::string schema;
  std::string history_table;
  std::string script;
};

// The intents of one script, by statement.
std::vector<Intent> read_intents(Session& session, const IntentKey& key);
// Those of all scripts of a history table that are begun and not done, with their scripts.
std::vector<std::pair<std::string, Intent>> statements_in_flight(Session& session, const std::string& schema,
                                                                 const std::string& history_table);
// The scripts of a history table that have intents: none but those that were in flight when a run ended.
std::vector<std::string> scripts_in_flight(Session& session, const std::string& schema,
                                           const std::string& history_table);
// The question alone, to travel with others; the table must be there.
std::string in_flight_question(const Session& session, const std::string& schema,
                               const std::string& history_table);

// Durable when it returns; the statement may be sent then.
void write_intent(Session& session, const IntentKey& key, std::size_t statement, const std::string& sha256,
                  const std::string& run_id, const std::string& found = "");
// As one statement without semicolon, to share the transaction of the statement that it speaks of, or to
// follow it.
std::string intent_done_statement(const Session& session, const IntentKey& key, std::size_t statement);
// As one statement without semicolon, to share the transaction of the history row.
std::string forget_intents_statement(const Session& session, const IntentKey& key);
// Takes back the intent of a statement that is known not to have happened.
void withdraw_intent(Session& session, const IntentKey& key, std::size_t statement);

}  // namespace windlass::hook
