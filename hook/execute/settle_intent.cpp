#include "hook/execute/settle_intent.hpp"

namespace windlass::hook {
namespace {

// Rows of older versions do not say it. CALL and DO were then always sent alone.
bool shared_transaction(const sql::StatementClass& statement, const Intent& intent) {
  if (!intent.found.empty()) return intent.found == kSharedTransaction;
  return statement.in_transaction == sql::InTransaction::kAllowed &&
         statement.control == sql::Control::kNone && statement.command != "CALL" && statement.command != "DO";
}

}  // namespace

Settled settle_intent(Session& session, const sql::StatementClass& statement, const Intent& intent) {
  Settled settled;
  settled.shared_transaction = shared_transaction(statement, intent);
  if (settled.shared_transaction) return settled;
  settled.before = parse_object_state(intent.found);
  settled.now = state_after(session, statement, settled.before);
  settled.settlement = settle(statement.effect, settled.before, settled.now);
  return settled;
}

}  // namespace windlass::hook
