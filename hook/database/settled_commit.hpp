// Transactions whose outcome is known even when the answer to their COMMIT was lost.
#pragma once

#include <functional>
#include <string_view>

#include "hook/database/database.hpp"

namespace windlass::hook {

// Comes back after a loss, with the lock where it was held: it is free only when the old session has ended,
// so that what is read after this is final. Throws Error with the code of what went wrong: whether `doing`
// was committed is not known then, and the message says so.
void reconnect_to_settle(Database& database, std::string_view doing);

// Begins, runs `work`, commits. When the connection breaks at COMMIT it reconnects and asks the server what
// became of the transaction (txid_status): returns when it was committed; throws Error(kTransient) that says
// that it was rolled back, or that this is not known. What `work` throws leaves after a rollback. The
// database must hold the lock; where that is a lease, an overtaken runner's `work` is not done (kLocked).
void commit_settled(Database& database, std::string_view doing, const std::function<void()>& work);

}  // namespace windlass::hook
