// Finds out whether a pooler in transaction mode stands before the server, where a session's lock protects
// nobody.
#pragma once

#include <functional>

#include "hook/database/session.hpp"

namespace windlass::hook {

enum class Pooling {
  kNone,         // the server itself answers
  kSession,      // a pooler that leaves a client its server session
  kTransaction,  // a pooler that may hand each transaction to another one
  kUnknown,      // a pooler, and no second session to tell its mode by
};

// A pooler makes up the process id that it tells its clients. Which mode it is in shows when `second`, asked
// for only then, pins a server session: in transaction mode that is the one that `session` used last.
Pooling pooling_of(Session& session, const std::function<Session*()>& second);

}  // namespace windlass::hook
