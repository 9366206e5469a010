// One row of the history table, as Flyway writes it (Flyway section 1.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

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

}  // namespace windlass::migrations
