// Opens sessions: tries the servers in order, waits, within a bound, for one that is not there yet or takes
// no writes, and says at once what waiting cannot cure.
#pragma once

#include <string>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "hook/database/connection_options.hpp"
#include "hook/database/session.hpp"

namespace windlass::hook {

// Tries every host in turn until a session stands that is wanted, `limit` is over or a stop is requested. No
// host takes longer than connect_timeout, or 10 s, or its share of `limit`. meaning_of_refusal says what is
// tried again: hosts that are not known, refuse or do not answer, servers that start up or have no connection
// free; servers that take no writes where they are to be written to, too. Throws Error: kUnreachable when the
// limit is over, kTransient when only such servers were found, kNotPermitted and kConfiguration at once,
// kTerminated on a stop request. `application` names the session to others.
Session connect(const ConnectionTarget& target, const std::string& application, Milliseconds limit,
                const Clock& clock, const StopSignal& stop);

// The target for another session on the very server that `session` talks to, or for a child process: of
// several hosts the one that was found, not whichever is found next.
ConnectionTarget same_server(const ConnectionTarget& target, const Session& session);

}  // namespace windlass::hook
