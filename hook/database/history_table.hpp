// Flyway's schema history table: created, read and written so that Flyway can go on with it (Flyway section
// 1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/migrations/history.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// Which table: both names as they are stored, without quotation marks.
struct HistoryTableName {
  std::string schema;
  std::string table;

  std::string quoted() const;  // "schema"."table", as Flyway writes it
};

// Whether it exists as an ordinary table (relkind r), which is what Flyway asks.
bool history_table_exists(Session& session, const HistoryTableName& name);

// Creates it with exactly Flyway's statements, all of them or none; in the caller's transaction, if there is
// one. Call under the lock.
void create_history_table(Session& session, const HistoryTableName& name);

// The rows with rank 0 and above, by rank.
std::vector<migrations::HistoryRow> read_history(Session& session, const HistoryTableName& name);
// The same in two halves, for a question that travels with others.
std::string history_question(const HistoryTableName& name);
std::vector<migrations::HistoryRow> history_of(const Rows& answer);

// A row to be written. installed_on is the table's default; the rank is the next one.
struct NewHistoryRow {
  std::optional<std::string> version;
  std::string description;
  std::string type;
  std::string script;
  std::optional<std::int32_t> checksum;
  std::string installed_by;  // empty: current_user
  bool success = true;
};

// How the row's execution_time comes about: as the server's clock says since the transaction began, or given.
struct SinceTransactionBegan {};
using ExecutionTime = std::variant<SinceTransactionBegan, int>;

// The INSERT as one statement without semicolon. With a `marker`, the row is only written (else SQLSTATE
// 22012) while the transaction that SET LOCAL windlass.tx to it is still the one that runs.
std::string insert_history_row(const Session& session, const HistoryTableName& name, const NewHistoryRow& row,
                               const ExecutionTime& time, const std::string& marker = {});

// SQLSTATE of a row that was refused because the marker was gone.
inline constexpr std::string_view kMarkerGone = "22012";

void delete_history_row(Session& session, const HistoryTableName& name, int installed_rank);
// What repair aligns: description, type and checksum of the row.
void update_history_row(Session& session, const HistoryTableName& name, const migrations::HistoryRow& row);

// Flyway's limit: a script has at most 1000 characters (a description: migrations::stored_description).
std::string abbreviated_script(const std::string& script);

}  // namespace windlass::hook
