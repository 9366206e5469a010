#include "hook/database/pooler.hpp"

#include <optional>
#include <string>

#include "core/base/log.hpp"
#include "hook/database/bounded_query.hpp"

namespace windlass::hook {
namespace {

constexpr std::string_view kDoing = "looking for a pooler";
// PgBouncer's answer to BEGIN in statement mode. Its SQLSTATE, 08P01, is that of all that PgBouncer says
// itself, of a server process that died among them.
constexpr std::string_view kNoTransactions = "not allowed in statement pooling mode";
constexpr const char* kAskProcess = "SELECT pg_catalog.pg_backend_pid()";
// A pool without a free server session answers after minutes, a server at once.
constexpr Milliseconds kPatience{2'000};
constexpr Milliseconds kLastPatience{10'000};

class Probe {
 public:
  Probe(Session& session, Session& second, const Clock& clock)
      : session_(session), second_(second), clock_(clock), own_(std::to_string(session.server_process())) {}

  Pooling mode() {
    constexpr int kRounds = 3;
    for (int round = 0; round < kRounds; ++round) {
      if (!pin()) return Pooling::kTransaction;
      const bool kept = is_own();
      query_within(second_, kDoing, "ROLLBACK", kLastPatience, clock_);
      if (!answered_ && !finish_query(session_, kLastPatience, clock_)) throw lost_connection(kDoing);
      if (!kept || !is_own()) return Pooling::kTransaction;
    }
    return Pooling::kSession;
  }

 private:
  bool pin() {
    if (query_within(second_, kDoing, std::string("BEGIN;") + kAskProcess, kPatience, clock_)) return true;
    log::warning(
        "the pooler has no second connection free to tell its mode by; it is taken to be in transaction "
        "mode");
    return false;
  }

  bool is_own() {
    const auto rows = query_within(session_, kDoing, kAskProcess, kPatience, clock_);
    answered_ = rows.has_value();
    return rows && !rows->empty() && (*rows)[0][0] == own_;
  }

  Session& session_;
  Session& second_;
  const Clock& clock_;
  std::string own_;
  bool answered_ = true;
};

}  // namespace

Pooling mode_of_pooler(Session& session, Session& second, const Clock& clock) {
  try {
    return Probe(session, second, clock).mode();
  } catch (const DatabaseError& error) {
    if (std::string_view(error.what()).find(kNoTransactions) != std::string_view::npos)
      return Pooling::kStatement;
    throw;
  }
}

}  // namespace windlass::hook
