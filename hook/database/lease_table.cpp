#include "hook/database/lease_table.hpp"

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "hook/database/catalog.hpp"
#include "hook/database/run_records.hpp"

namespace windlass::hook {
namespace {

constexpr std::string_view kColumns =
    "token, held, coalesce(expires_at <= pg_catalog.clock_timestamp(), false), coalesce(run_id::text, ''), "
    "coalesce(phase, ''), coalesce(runner, ''), coalesce(role, ''), coalesce(address, ''), "
    "coalesce(script, ''), coalesce(pg_catalog.date_trunc('second', acquired_at)::text, ''), "
    "coalesce(pg_catalog.date_trunc('second', heartbeat_at)::text, '')";

LeaseRow row_of(const Row& row) {
  return {std::stoll(*row[0]),
          row[1] == "t",
          row[2] == "t",
          *row[3],
          *row[4],
          *row[5],
          *row[6],
          *row[7],
          *row[8],
          *row[9],
          *row[10]};
}

std::string select(const HistoryTableName& name) {
  return fmt::format("SELECT {} FROM {} WHERE history_table = $1", kColumns, lease_table(name));
}

bool lease_table_exists(Session& session, const HistoryTableName& name) {
  return session
      .query_value("looking for the lease's table",
                   "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                   "c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
                   {name.schema, std::string(kLeaseTable)})
      .has_value();
}

}  // namespace

std::string lease_table(const HistoryTableName& name) { return own_table(name.schema, kLeaseTable); }

std::string LeaseRow::owner() const {
  std::string text = fmt::format("{} of {} (run {}, role {}, from {}, since {}", phase, runner, run_id, role,
                                 address, acquired);
  if (!script.empty()) text += ", with " + script;
  return text + ")";
}

std::optional<LeaseRow> read_lease(Session& session, const HistoryTableName& name) {
  if (!lease_table_exists(session, name)) return std::nullopt;
  const Rows rows = session.query("asking who has the lease", select(name), {name.table});
  if (rows.empty()) return std::nullopt;
  return row_of(rows[0]);
}

void create_lease_row(Session& session, const HistoryTableName& name) {
  const bool made_schema = !schema_exists(session, name.schema);
  if (made_schema) create_schema(session, name.schema);
  session.execute("creating the lease's table", fmt::format(R"(CREATE TABLE IF NOT EXISTS {} (
    history_table text PRIMARY KEY,
    token bigint NOT NULL,
    held boolean NOT NULL,
    run_id uuid,
    phase text,
    runner text,
    role text,
    address text,
    script text,
    history_rank integer,
    acquired_at timestamptz,
    heartbeat_at timestamptz,
    expires_at timestamptz,
    made_schema boolean NOT NULL
))",
                                                            lease_table(name)));
  session.query(
      "creating the lease's row",
      "INSERT INTO " + lease_table(name) +
          " (history_table, token, held, made_schema) VALUES ($1, 0, false, $2) ON CONFLICT DO NOTHING",
      {name.table, made_schema ? "true" : "false"});
}

bool schema_made_for_lease(Session& session, const HistoryTableName& name) {
  if (!lease_table_exists(session, name)) return false;
  return session.query_value("asking who made the schema",
                             "SELECT made_schema FROM " + lease_table(name) + " WHERE history_table = $1",
                             {name.table}) == "t";
}

LeaseRow lock_lease(Session& session, const HistoryTableName& name) {
  const Rows rows = session.query("taking the lease", select(name) + " FOR UPDATE", {name.table});
  if (!rows.empty()) return row_of(rows[0]);
  throw Error(ExitCode::kTransient, "the row of the lease was deleted while it was asked for",
              "Leave the rows of windlass_lease alone; run again.");
}

std::int64_t give_lease(Session& session, const HistoryTableName& name, const LeaseOwner& owner,
                        Milliseconds duration) {
  const auto token = session.query_value(
      "taking the lease",
      "UPDATE " + lease_table(name) +
          " SET token = token + 1, held = true, run_id = $2, phase = $3, runner = $4, role = current_user, "
          "address = $5, script = NULL, history_rank = NULL, acquired_at = pg_catalog.clock_timestamp(), "
          "heartbeat_at = pg_catalog.clock_timestamp(), expires_at = pg_catalog.clock_timestamp() + "
          "$6::bigint "
          "* interval '1 ms' WHERE history_table = $1 RETURNING token",
      {name.table, owner.run_id, owner.phase, owner.runner, owner.address, std::to_string(duration.count())});
  return std::stoll(token.value_or("0"));
}

bool end_expired_lease(Session& session, const HistoryTableName& name, std::string_view verb) {
  std::optional<LeaseRow> ended;
  in_transaction(session, "ending an expired lease", [&] {
    const LeaseRow row = lock_lease(session, name);
    if (!row.held || !row.expired) return;
    session.query(
        "ending an expired lease",
        "UPDATE " + lease_table(name) + " SET token = token + 1, held = false WHERE history_table = $1",
        {name.table});
    ended = row;
  });
  if (ended) tell_of_silent_runner(session, name, *ended, verb);
  return ended.has_value();
}

void tell_of_silent_runner(Session& session, const HistoryTableName& name, const LeaseRow& former,
                           std::string_view verb) {
  log::warning(fmt::format("{} the lease of {}: its last heartbeat was at {}", verb, former.owner(),
                           former.heartbeat));
  mark_lost_run(session, name.schema, former.run_id);
}

}  // namespace windlass::hook
