#include "hook/database/settled_commit.hpp"

#include <fmt/format.h>

#include <string>

#include "core/base/log.hpp"

namespace windlass::hook {
namespace {

enum class Fate { kCommitted, kRolledBack, kUnknown };

// The txid_ functions are there from 12 to 18; the pg_xact_ names came with 13.
Fate fate_of(Session& session, const std::string& transaction) {
  constexpr std::string_view kInTheFuture = "22023";  // a promoted standby that never heard of it
  try {
    const Value status = session.query_value("asking what became of a transaction",
                                             "SELECT pg_catalog.txid_status($1)", {transaction});
    if (status == "committed") return Fate::kCommitted;
    return status == "aborted" ? Fate::kRolledBack : Fate::kUnknown;
  } catch (const DatabaseError& error) {
    if (error.sqlstate() == kInTheFuture) return Fate::kRolledBack;
    throw;
  }
}

void settle(Database& database, std::string_view doing, const std::string& transaction) {
  reconnect_to_settle(database, doing);
  switch (fate_of(database.session(), transaction)) {
    case Fate::kCommitted:
      log::info(fmt::format("{}: it was committed, says the server of transaction {}", doing, transaction));
      return;
    case Fate::kRolledBack:
      throw Error(
          ExitCode::kTransient,
          fmt::format("{}: the connection was lost at the commit, and it was rolled back, says the server",
                      doing),
          "Run again.");
    case Fate::kUnknown:
      throw Error(ExitCode::kTransient,
                  fmt::format("{}: the connection was lost at the commit, and the server does not know yet "
                              "what became of transaction {}",
                              doing, transaction),
                  "Run again; it looks at what is there.");
  }
}

}  // namespace

void reconnect_to_settle(Database& database, std::string_view doing) {
  log::warning(
      fmt::format("the connection was lost during {}; reconnecting to see whether it was committed", doing));
  try {
    database.reconnect();
  } catch (const Error& error) {
    throw Error(
        error.code(),
        fmt::format("the connection was lost during {}, and whether it was committed is not known: {}", doing,
                    error.what()),
        "Run again; it looks at what is there before it does anything.");
  }
}

void commit_settled(Database& database, std::string_view doing, const std::function<void()>& work) {
  std::string transaction;
  bool at_commit = false;
  try {
    in_transaction(database.session(), doing, [&] {
      transaction = database.session().query_value(doing, "SELECT pg_catalog.txid_current()").value_or("0");
      if (Lease* lease = database.lease()) lease->check();
      work();
      at_commit = true;
    });
  } catch (const Error&) {
    if (!at_commit || !database.session().lost()) throw;
    settle(database, doing, transaction);
  }
}

}  // namespace windlass::hook
