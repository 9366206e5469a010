// Asks the server to give up what a connection waits for.
#pragma once

#include <libpq-fe.h>

#include <future>

namespace windlass::hook {

// The answer to what is given up is then waited for like any other. The future is ready when the request has
// arrived: one that is still under way would hit what comes next.
std::future<void> send_cancel(PGconn* connection);

}  // namespace windlass::hook
