#include "hook/database/advisory_lock.hpp"

#include <fmt/format.h>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "hook/database/lease_table.hpp"
#include "hook/database/lock_wait.hpp"
#include "hook/database/script_message.hpp"

namespace windlass::hook {
namespace {

// Java hashes UTF-16 units; a character beyond the first plane is two of them.
class JavaHash {
 public:
  void add(char32_t character) {
    if (character < 0x10000) {
      add_unit(character);
      return;
    }
    add_unit(0xD800 + ((character - 0x10000) >> 10U));
    add_unit(0xDC00 + ((character - 0x10000) & 0x3FFU));
  }
  std::int32_t value() const { return static_cast<std::int32_t>(hash_); }

 private:
  void add_unit(char32_t unit) { hash_ = 31 * hash_ + static_cast<std::uint32_t>(unit); }

  std::uint32_t hash_ = 0;
};

std::int32_t java_hash(std::string_view utf8) {
  JavaHash hash;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    char32_t character = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < utf8.size(); ++k) {
      character = (character << 6U) | (static_cast<unsigned char>(utf8[i + k]) & 0x3FU);
    }
    hash.add(character);
    i += length;
  }
  return hash.value();
}

struct Attempt {
  bool taken = false;
  bool leases_exist = false;  // then one may be in the way
};

Attempt try_lock(Session& session, const HistoryTableName& name) {
  const Rows rows = session.query(
      "taking the lock", "SELECT pg_catalog.pg_try_advisory_lock($1), pg_catalog.to_regclass($2) IS NOT NULL",
      {std::to_string(advisory_lock_key(name)), lease_table(name)});
  return {rows[0][0] == "t", rows[0][1] == "t"};
}

// What the holder does, from pg_stat_activity: the script that its message names, else its first words. A
// role that may not see the query of another gets nothing.
std::string doing_text(const std::string& state, const std::string& query, const std::string& since) {
  constexpr std::size_t kFirstWords = 60;
  if (state.empty()) return "";
  if (state != "active") return fmt::format("{} since {}", state, since);
  const std::string script = script_in_comment(query);
  if (!script.empty()) return fmt::format("running {} since {}", script, since);
  std::string words = query.substr(0, query.find_first_of("\r\n"));
  if (words.size() > kFirstWords) words.resize(first_invalid_utf8(words.substr(0, kFirstWords)));
  return fmt::format("running \"{}\" since {}", words, since);
}

// A lease's script has the key for as long as it runs.
std::string holder_text(Session& session, const HistoryTableName& name) {
  const auto lease = read_lease(session, name);
  if (lease && lease->is_live()) return lease->owner();
  const auto holder = lock_holder(session, advisory_lock_key(name));
  return holder ? holder->to_text() : "a runner that has just ended";
}

}  // namespace

std::int64_t advisory_lock_key(const HistoryTableName& name) {
  constexpr std::int64_t kFlyway = 77431708279161;  // "Flyway" in ASCII, as a number
  return kFlyway + java_hash(name.quoted());
}

std::string LockHolder::to_text() const {
  return fmt::format("process {} ({}, role {}, from {}, connected since {}{}{})", backend,
                     application.empty() ? "no application name" : application, role, address, since,
                     doing.empty() ? "" : ", ", doing);
}

std::optional<LockHolder> lock_holder(Session& session, std::int64_t key) {
  const auto halves = static_cast<std::uint64_t>(key);
  const Rows rows =
      session.query("asking who holds the lock",
                    "SELECT l.pid, coalesce(a.usename, '?'), coalesce(a.application_name, ''), "
                    "coalesce(pg_catalog.host(a.client_addr), 'a local socket'), "
                    "coalesce(pg_catalog.date_trunc('second', a.backend_start)::text, '?'), "
                    "coalesce(a.state, ''), coalesce(a.query, ''), coalesce(pg_catalog.date_trunc('second', "
                    "CASE a.state WHEN 'active' THEN a.query_start ELSE a.state_change END)::text, '?') "
                    "FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a USING (pid) "
                    "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::bigint::oid AND l.objid "
                    "= $2::bigint::oid "
                    "AND l.objsubid = 1 AND l.database = (SELECT oid FROM pg_catalog.pg_database "
                    "WHERE datname = pg_catalog.current_database()) LIMIT 1",
                    {std::to_string(halves >> 32U), std::to_string(halves & 0xFFFFFFFFU)});
  if (rows.empty()) return std::nullopt;
  const Row& row = rows[0];
  return LockHolder{
      std::stoi(*row[0]), *row[1], *row[2], *row[3], *row[4], doing_text(*row[5], *row[6], *row[7])};
}

AdvisoryLock::AdvisoryLock(Session& session, const HistoryTableName& name, Milliseconds limit,
                           const Clock& clock, const StopSignal& stop)
    : session_(session), key_(advisory_lock_key(name)) {
  wait_for_lock([&] { return try_take(name); }, limit, clock, stop);
}

// A lease that lives is another runner's, behind a pooler; one that has expired is ended, so that its runner
// cannot commit any more.
std::optional<std::string> AdvisoryLock::try_take(const HistoryTableName& name) {
  const Attempt attempt = try_lock(session_, name);
  if (!attempt.taken) return holder_text(session_, name);
  if (!attempt.leases_exist) return std::nullopt;
  const auto lease = read_lease(session_, name);
  if (!lease || !lease->held) return std::nullopt;
  if (lease->expired && session_.has_read_only_transactions()) return std::nullopt;  // it will change nothing
  if (lease->expired && end_expired_lease(session_, name, "taking over")) return std::nullopt;
  unlock();
  return lease->owner();
}

void AdvisoryLock::unlock() {
  session_.query("releasing the lock", "SELECT pg_catalog.pg_advisory_unlock($1)", {std::to_string(key_)});
}

AdvisoryLock::~AdvisoryLock() {
  if (session_.lost()) return;  // the server let it go with the session
  try {
    unlock();
  } catch (const Error& error) {
    log::warning(error.what());
  }
}

}  // namespace windlass::hook
