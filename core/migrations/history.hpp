// One row of the history table, as Flyway writes it (Flyway section 1.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace windlass::migrations {

struct HistoryRow {
  int installed_rank = 0;
  std::optional<std::string> version;
  std::string description;
  std::string type;  // SQL, BASELINE, SQL_BASELINE, SCHEMA, DELETE, UNDO_SQL, JDBC, SCRIPT, ...
  std::string script;
  std::optional<std::int32_t> checksum;
  std::string installed_by;
  std::string installed_on;  // as the server prints it
  int execution_time = 0;    // milliseconds
  bool success = true;
};

// The type under its present name: SPRING_JDBC is JDBC, SQL_STATE_SCRIPT is SQL_BASELINE, ...
std::string canonical_type(std::string_view type);

// What a canonical type says about its row.
bool is_baseline_type(std::string_view type);   // BASELINE, SQL_BASELINE, ...
bool is_synthetic_type(std::string_view type);  // SCHEMA, BASELINE, DELETE: written without a script
bool is_undo_type(std::string_view type);       // UNDO_SQL, ...

// The description as the table has room for it: over 200 characters (UTF-16 units, as Java counts) it is cut
// to 197 and "...".
std::string stored_description(std::string_view description);

}  // namespace windlass::migrations
