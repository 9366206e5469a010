#include "hook/database/lease.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/socket.h>

#include <array>
#include <utility>

#include "core/base/log.hpp"
#include "hook/database/advisory_lock.hpp"
#include "hook/database/bounded_query.hpp"
#include "hook/database/lock_wait.hpp"

namespace windlass::hook {
namespace {

// Where the row's lock is waited for, its holder is committing.
constexpr std::string_view kShortWait = "SET LOCAL lock_timeout = '2s'";
constexpr std::string_view kLongWait = "SET LOCAL lock_timeout = '10s'";
constexpr const char* kSilentHint =
    "The heartbeat did not reach the database for longer than lease-duration. Run again; it goes on where "
    "the "
    "other runner stops.";

// Ours, as the pooler sees it: the server sees the pooler's.
std::string local_address(const Session& session) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (getsockname(PQsocket(session.raw()), plain, &size) != 0) return "an unknown address";
  const void* bytes = address.ss_family == AF_INET
                          ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(plain)->sin_addr)
                          : static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(plain)->sin6_addr);
  const bool internet = address.ss_family == AF_INET || address.ss_family == AF_INET6;
  if (!internet || inet_ntop(address.ss_family, bytes, text.data(), text.size()) == nullptr)
    return "a local socket";
  return text.data();
}

// A lock that a script's transaction takes to be found by: of the history table and the token.
struct Mark {
  std::uint32_t table;
  std::uint32_t token;
};
Mark mark_of(const HistoryTableName& history, std::int64_t token) {
  constexpr std::uint32_t kPositive = 0x7FFFFFFF;
  return {static_cast<std::uint32_t>(advisory_lock_key(history)) & kPositive,
          static_cast<std::uint32_t>(token) & kPositive};
}

std::string processes_with(const Mark& mark, std::string_view column) {
  return fmt::format(
      "SELECT {} FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND classid = {} AND objid "
      "= {} AND objsubid = 2 AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = "
      "pg_catalog.current_database())",
      column, mark.table, mark.token);
}

Error overtaken_error(const std::optional<LeaseRow>& now) {
  return Error(
      ExitCode::kLocked,
      fmt::format("the lease of this run was taken over by {}; what was not committed is rolled back",
                  now && now->held ? now->owner() : "a runner that has ended"),
      kSilentHint);
}

std::string interval_of(Milliseconds duration) { return fmt::format("interval '{} ms'", duration.count()); }

}  // namespace

Lease::Lease(Session& session, std::function<Session()> connect, LeaseTerms terms, Milliseconds limit,
             const Clock& clock, const StopSignal& stop)
    : session_(session),
      connect_(std::move(connect)),
      terms_(std::move(terms)),
      row_("history_table = " + session.quote(terms_.history.table)),
      clock_(clock),
      stop_(stop) {
  terms_.owner.address = local_address(session_);
  wait_for_lock([this] { return try_take(); }, limit, clock_, stop_);
  heartbeat_ = std::make_unique<Heartbeat>([this] { beat(); }, terms_.duration / 3);
}

Lease::~Lease() {
  heartbeat_.reset();
  try {
    release();
  } catch (const Error& error) {
    log::warning(fmt::format("the lease was not released, it expires within {}: {}",
                             format_duration(terms_.duration), error.what()));
  }
}

std::optional<std::string> Lease::try_take() {
  const auto row = read_lease(session_, terms_.history);
  if (row && row->is_live()) return row->owner();
  try {
    return take(row && row->held);
  } catch (const DatabaseError& error) {
    if (!is_lock_failure(error.sqlstate())) throw;
    return row ? row->owner() : "a runner that is about to begin";
  }
}

// Nobody can hold the session's lock while a lease is held, so an overdue one is taken by its row alone: the
// overtaken runner's script may still have the key.
std::optional<std::string> Lease::take(bool overdue) {
  constexpr std::string_view kDoing = "taking the lease";
  std::optional<std::string> in_the_way;
  std::optional<LeaseRow> former;
  in_transaction(session_, kDoing, [&] {
    session_.execute(kDoing, std::string(kShortWait));
    if (!overdue && session_.query_value(kDoing, "SELECT pg_catalog.pg_try_advisory_xact_lock($1)",
                                         {std::to_string(advisory_lock_key(terms_.history))}) != "t") {
      in_the_way = who_has_the_key();
      return;
    }
    if (!read_lease(session_, terms_.history)) create_lease_row(session_, terms_.history);
    const LeaseRow row = lock_lease(session_, terms_.history);
    if (row.is_live() || (overdue && !row.held)) {
      in_the_way = row.held ? row.owner() : "a runner that has just ended";
      return;
    }
    if (row.held) former = row;
    token_ = give_lease(session_, terms_.history, terms_.owner, terms_.duration);
  });
  if (former) announce(*former, former->token);
  return in_the_way;
}

std::string Lease::who_has_the_key() {
  const auto holder = lock_holder(session_, advisory_lock_key(terms_.history));
  return holder ? holder->to_text() : "a runner that has just ended";
}

void Lease::announce(const LeaseRow& former, std::int64_t token) {
  tell_of_silent_runner(session_, terms_.history, former, "taking over");
  end_transactions_of(token);
}

// They cannot commit any more; what they have locked would be waited for.
void Lease::end_transactions_of(std::int64_t token) {
  try {
    const Rows ended = session_.query(
        "ending an overtaken transaction",
        processes_with(mark_of(terms_.history, token), "pid, pg_catalog.pg_terminate_backend(pid)"));
    for (const auto& row : ended)
      log::warning(fmt::format("ended process {}, which still ran a script for that lease", *row[0]));
  } catch (const DatabaseError& error) {
    log::warning(error.what());  // another role's; it is waited for then
  }
}

std::string Lease::condition() const {
  return fmt::format("{} AND token = {} AND held", row_, token_.load());
}

std::string Lease::last_rank() const {
  return fmt::format("(SELECT COALESCE(max(\"installed_rank\"), -1) FROM {})", terms_.history.quoted());
}

std::vector<std::string> Lease::opening() const {
  const Mark mark = mark_of(terms_.history, token_);
  return {// A runner that was stopped between two messages must not keep its locks.
          fmt::format("SET LOCAL idle_in_transaction_session_timeout = {}", terms_.duration.count()),
          fmt::format("SELECT pg_catalog.pg_advisory_xact_lock_shared({}, {})", mark.table, mark.token),
          fmt::format("SELECT pg_catalog.pg_advisory_xact_lock({})", advisory_lock_key(terms_.history)),
          fmt::format("SELECT pg_catalog.ln(pg_catalog.count(*)::float8) FROM {} WHERE {}",
                      lease_table(terms_.history), condition())};
}

std::string Lease::history_check() const {
  return fmt::format(
      "SELECT pg_catalog.sqrt(CASE WHEN (SELECT history_rank FROM {} WHERE {}) = {} THEN 1 ELSE -1 "
      "END::float8)",
      lease_table(terms_.history), condition(), last_rank());
}

std::vector<std::string> Lease::closing() const {
  return {fmt::format(
      "SELECT pg_catalog.ln(pg_catalog.count(*)::float8) FROM (SELECT 1 FROM {} WHERE {} FOR UPDATE) AS held",
      lease_table(terms_.history), condition())};
}

std::vector<std::string> Lease::after_rows() const {
  return {fmt::format("UPDATE {} SET history_rank = {}, made_schema = false WHERE {}",
                      lease_table(terms_.history), last_rank(), condition())};
}

void Lease::check() {
  constexpr std::string_view kDoing = "asking whether the lease is still ours";
  session_.execute(kDoing, std::string(kLongWait));
  session_.query(kDoing, "SELECT pg_catalog.pg_advisory_xact_lock($1)",
                 {std::to_string(advisory_lock_key(terms_.history))});
  const LeaseRow row = lock_lease(session_, terms_.history);
  if (row.token != token_ || !row.held) throw overtaken_error(row);
  const bool exists = history_table_exists(session_, terms_.history);
  const auto unchanged = session_.query_value(
      kDoing, fmt::format("SELECT history_rank = {} FROM {} WHERE {}", exists ? last_rank() : "-1",
                          lease_table(terms_.history), condition()));
  if (unchanged == "t") return;
  throw Error(ExitCode::kTransient, "another program changed the history table meanwhile",
              "Run again; it goes on from what is there now.");
}

void Lease::note_own_rows() {
  for (const auto& statement : after_rows()) session_.execute("noting what the history holds", statement);
}

void Lease::note_history(int last_rank) {
  const Rows noted = session_.query("noting what the history holds",
                                    fmt::format("UPDATE {} SET history_rank = {} WHERE {} RETURNING 1",
                                                lease_table(terms_.history), last_rank, condition()));
  if (noted.empty()) throw overtaken();
}

void Lease::note_script(const std::string& script) {
  {
    const std::lock_guard lock(script_mutex_);
    script_ = script;
  }
  heartbeat_->wake();
}

int Lease::script_process(Session& monitor) const {
  const auto process = monitor.query_value("looking for the script's process",
                                           processes_with(mark_of(terms_.history, token_), "pid"));
  return process ? std::stoi(*process) : 0;
}

// The row's lock is waited for: a transaction that is committing has it.
void Lease::renew() {
  constexpr std::string_view kDoing = "renewing the lease";
  const std::lock_guard lock(beating_);
  const std::int64_t before = token_;
  Value token;
  in_transaction(session_, kDoing, [&] {
    session_.execute(kDoing, std::string(kLongWait));
    token = session_.query_value(
        kDoing, fmt::format("UPDATE {} SET token = token + 1, expires_at = pg_catalog.clock_timestamp() + {} "
                            "WHERE {} RETURNING token",
                            lease_table(terms_.history), interval_of(terms_.duration), condition()));
  });
  if (!token) throw overtaken();
  token_ = std::stoll(*token);
  end_transactions_of(before);
}

Error Lease::overtaken() const { return overtaken_error(read_lease(session_, terms_.history)); }

void Lease::beat() {
  const std::lock_guard lock(beating_);
  try {
    if (!pulse_ || pulse_->lost() || pulse_->in_transaction()) pulse_.emplace(connect_());
    renew_expiry();
  } catch (const std::exception& error) {
    if (!stop_.requested() && !std::exchange(warned_, true))
      log::warning(fmt::format("the lease could not be renewed yet: {}", error.what()));
  }
}

void Lease::renew_expiry() {
  constexpr std::string_view kDoing = "renewing the lease";
  const Milliseconds patience = terms_.duration / 3;
  std::string script;
  {
    const std::lock_guard lock(script_mutex_);
    script = script_;
  }
  const auto rows = query_within(
      *pulse_, kDoing,
      pulse_->begin_message() +
          fmt::format(
              "; SET LOCAL lock_timeout = {}; SET LOCAL synchronous_commit = off; UPDATE {} SET "
              "heartbeat_at = pg_catalog.clock_timestamp(), expires_at = pg_catalog.clock_timestamp() + "
              "{}, script = nullif({}, '') WHERE {} RETURNING 1; COMMIT",
              patience.count() / 2, lease_table(terms_.history), interval_of(terms_.duration),
              pulse_->quote(script), condition()),
      patience, clock_);
  if (!rows) {
    pulse_.reset();
    throw Error(ExitCode::kTransient, fmt::format("no answer within {}; the pool may have no connection free",
                                                  format_duration(patience)));
  }
  if (!rows->empty()) {
    warned_ = false;
    return;
  }
  if (!std::exchange(warned_, true)) log::warning("the lease of this run was taken over by another runner");
}

void Lease::release() {
  Session& session = session_.lost() && pulse_ ? *pulse_ : session_;
  if (session.lost() || session.in_transaction() || token_ == 0) return;
  session.query("releasing the lease", fmt::format("UPDATE {} SET held = false, script = NULL, expires_at = "
                                                   "pg_catalog.clock_timestamp() WHERE {}",
                                                   lease_table(terms_.history), condition()));
}

}  // namespace windlass::hook
