// Finds out whether a pooler stands before the server, and whether it leaves a client its server session.
#pragma once

#include "core/base/clock.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

enum class Pooling {
  kNone,         // the server itself answers
  kSession,      // a pooler that leaves a client its server session
  kTransaction,  // a pooler that may hand each transaction to another one, or whose mode could not be told
  kStatement,    // a pooler that allows no transactions
};

// Of a session that knows it is pooled. Which mode the pooler is in shows when `second` pins a server session
// by a transaction: in transaction mode `session` gets another one meanwhile, or none. Asked several times,
// because other clients of the pool change the order in which it hands them out. A `second` that cannot begin
// (no connection free) leaves it untold. Either session may be of no more use then: lost() says so.
Pooling mode_of_pooler(Session& session, Session& second, const Clock& clock);

}  // namespace windlass::hook
