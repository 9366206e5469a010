// Windlass's own tables beside the history table, and in them the record of every run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/duration.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// docs/run-records.md describes the tables column by column.
inline constexpr std::string_view kRunsTable = "windlass_runs";
inline constexpr std::string_view kIntentsTable = "windlass_intents";
inline constexpr std::string_view kUndoTable = "windlass_undo";
inline constexpr std::string_view kTokensTable = "windlass_tokens";
inline constexpr std::string_view kEnvironmentTable = "windlass_environment";

// "schema"."table".
std::string own_table(const std::string& schema, std::string_view table);

// Whether Windlass's tables are there. They are made together.
bool own_tables_exist(Session& session, const std::string& schema);
// Makes them when they are missing. Two runners may do so at once.
void create_own_tables(Session& session, const std::string& schema);

struct RunStart {
  std::string run_id;
  std::string phase;
  std::string environment;
  std::string history_table;
  std::string runner;  // pod or host name
  std::map<std::string, std::string> labels;
  // Behind a pooler no session tells whether the run still lives: it counts as ended after this time.
  Milliseconds longest{3'600'000};
  std::optional<std::string> version_from = std::nullopt;
};

struct RunFinish {
  std::string outcome;  // name of the exit code
  int exit_code = 0;
  std::string message;
  std::optional<std::string> version_from;
  std::optional<std::string> version_to;
  std::vector<std::string> applied;  // scripts
  std::string failed_script;
  std::string set_digest;  // of the scripts that the run worked with
  long long duration_ms = 0;
};

// Writes the record with outcome "running".
void open_run(Session& session, const std::string& schema, const RunStart& start);
// Each one message, which marks lost runs at its end and returns what mark_lost_runs() does: completes the
// record of a run that was opened; writes that of a run that needed none while it worked.
std::vector<std::string> close_run(Session& session, const std::string& schema, const std::string& run_id,
                                   const RunFinish& finish);
std::vector<std::string> write_run(Session& session, const std::string& schema, const RunStart& start,
                                   const RunFinish& finish);
// Records that say "running" although their session is gone are of killed runs: they get the outcome "lost"
// and are returned to be told ("migrate <run id>, started ..."). A killed run's session takes a second or two
// to go.
std::vector<std::string> mark_lost_runs(Session& session, const std::string& schema);
// The same of one run, whose lease another one took over.
void mark_lost_run(Session& session, const std::string& schema, const std::string& run_id);

// A run as its record has it; texts are empty where it has none. One whose session is gone although it says
// "running" is told as "lost".
struct PastRun {
  std::string run_id;
  std::string phase;
  std::string outcome;
  std::string from;
  std::string to;
  std::string failed_script;
  std::string started_at;
  std::string runner;
  std::string message;
};
// The last ones of a history table, newest first; none when the table of runs is not there.
std::vector<PastRun> last_runs(Session& session, const std::string& schema, const std::string& history_table,
                               int count);

// Whether a migrate run with this script set ended well here, ever. Needs SELECT on the runs table only.
bool was_migrated_with(Session& session, const std::string& schema, const std::string& history_table,
                       const std::string& set_digest);

// Whether the first migrate run on the history table began without a version and no later one has ended well:
// no release has got as far as its application. The table of runs must be there.
bool first_migration_goes_on(Session& session, const std::string& schema, const std::string& history_table);

// The environment this database says it belongs to; nothing before the first run that named one.
std::optional<std::string> recorded_environment(Session& session, const std::string& schema);
// The question alone, to travel with others; the table must be there.
std::string environment_question(const std::string& schema);
void record_environment(Session& session, const std::string& schema, const std::string& environment);

}  // namespace windlass::hook
