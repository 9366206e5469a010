// Settles an intent: asks the server about the statement's object and decides by settle.hpp.
#pragma once

#include "hook/database/intents.hpp"
#include "hook/database/object_state.hpp"
#include "hook/execute/settle.hpp"

namespace windlass::hook {

struct Settled {
  Settlement settlement = Settlement::kRunAgain;
  // The statement was rolled back with its progress record: nothing was asked.
  bool shared_transaction = false;
  ObjectState before;
  ObjectState now;
};

// Of a statement that was begun and not done; changes nothing.
Settled settle_intent(Session& session, const sql::StatementClass& statement, const Intent& intent);

}  // namespace windlass::hook
