// A run against a database: connected, recorded from its start, its record closed with how it ended.
#pragma once

#include <functional>
#include <string>

#include "hook/database/database.hpp"
#include "hook/phases/phase.hpp"
#include "hook/phases/scripts_ahead.hpp"

namespace windlass::hook {

enum class Recording {
  kCreateTables,     // opens the record, makes Windlass's tables when the schema is there: phases that write
  kFromFirstChange,  // the same from note_first_change on; a run that comes to none writes it at its end
  kIfPossible,       // opens the record where the tables are there and the role may
  kNone,
};

// What a phase works with.
struct DatabaseRun {
  PhaseContext& context;
  Database& database;
  HistoryTableName history;
  Recording recording = Recording::kNone;
  bool recorded = false;                  // its run record is open
  bool lease_table_seen = false;          // a run behind a pooler has been here
  bool own_tables_seen = false;           // Windlass's tables are known to be there
  ScriptsAhead* scripts_ahead = nullptr;  // until they are taken

  Session& session() { return database.session(); }
};

// Connects, opens the run record as `recording` says, does `work`, closes the record with its outcome, failed
// or not. A record that cannot be written is a line in the log: the run's own outcome is what counts. Throws
// what `work` throws.
void with_database(PhaseContext& context, Recording recording, const std::function<void(DatabaseRun&)>& work);

// Opens the record unless it is open: for a run whose tables `work` has just made.
void begin_record(DatabaseRun& run);
// To be called before what a killed run must have left evidence of: waiting for the lock, changing anything.
void note_first_change(DatabaseRun& run);

// Waits for the runner's lock for lock-wait, and never beyond the deadline; throws as Database::lock.
void take_lock(DatabaseRun& run);

// From the settings; also for pg_dump's environment.
ConnectionTarget connection_target(const Settings& settings);

}  // namespace windlass::hook
