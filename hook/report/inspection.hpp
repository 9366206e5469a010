// What `inspect` found: values that a report carries, and the words and commands that follow from them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hook/database/left_objects.hpp"
#include "hook/database/live_run.hpp"
#include "hook/database/run_records.hpp"
#include "hook/database/undo_scripts.hpp"

namespace windlass::hook {

enum class DatabaseCondition {
  kNeverMigrated,
  kNoHistory,  // objects, but no history table
  kUpToDate,
  kPending,
  kRunning,        // a run is at it
  kInterrupted,    // a script is begun, and a run can go on with it
  kPartlyApplied,  // a script is begun, and only a person can know how a statement of it ended
  kFailedRow,      // Flyway's history has a row without success
  kDisagreement,   // the scripts are not those that were applied
  kUnreadable,     // the history or the scripts could not be read
};
std::string_view condition_name(DatabaseCondition condition);  // "never-migrated", "up-to-date", ...

// A statement that was begun and not ended.
struct StatementInFlight {
  std::string script;
  std::size_t statement = 0;  // from 1
  std::string place;          // "sql/V3__index.sql:2:1"; empty when the scripts have no such statement
  std::string command;        // "CREATE INDEX CONCURRENTLY"
  std::string words;          // its first words, without values
  std::string run_id;
  std::string started_at;
  std::string found;       // what the server said of its object before
  std::string now;         // and says now
  std::string settlement;  // settle.hpp: "happened", "run-again", "finish", "unknown"
  std::string look;        // the query that shows it to a person
};

struct Inspection {
  DatabaseCondition condition = DatabaseCondition::kUpToDate;
  std::string database;
  std::string address;
  std::string schema;
  std::string environment;
  std::optional<std::string> version;
  std::vector<std::string> pending;  // scripts
  std::vector<std::string> failed;   // scripts of failed rows
  std::vector<std::string> disagreements;
  std::vector<std::string> begun;  // scripts that are partly applied
  std::optional<LiveRun> live;
  std::vector<StatementInFlight> in_flight;
  std::vector<LeftObject> objects;
  std::vector<StoredUndo> undo;
  std::vector<PastRun> runs;        // newest first
  std::vector<std::string> unread;  // what could not be read, and why
  std::vector<std::string> next;    // commands and statements, in order
};

// From everything else in it; pure.
DatabaseCondition condition_of(const Inspection& inspection, bool history_exists, bool schemas_empty);
std::vector<std::string> next_of(const Inspection& inspection);
// One sentence: "interrupted: V3__index.sql stopped at its statement 2; it can go on".
std::string summary_of(const Inspection& inspection);

}  // namespace windlass::hook
