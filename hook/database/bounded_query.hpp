// A query that is given up after a while: behind a pooler it may stand in a queue for minutes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// Sends statements without parameters as one message and waits up to `limit` for their answer. Returns the
// rows of the last statement that gave some; nothing when no answer came in time: until finish_query has
// returned true the session is of no use then. Throws DatabaseError, with the transaction left that the
// message began.
std::optional<Rows> query_within(Session& session, std::string_view doing, const std::string& sql,
                                 Milliseconds limit, const Clock& clock);

// Waits up to `limit` for the answer that query_within gave up on, and drops it. False when none came.
bool finish_query(Session& session, Milliseconds limit, const Clock& clock);

}  // namespace windlass::hook
