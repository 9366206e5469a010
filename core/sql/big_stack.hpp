// Runs a piece of work where deep recursion does not end the process.
#pragma once

#include <cstddef>
#include <functional>

namespace windlass::sql {

// Runs `work` on a thread of its own and waits for it, with a stack on which libpg_query can take
// `text_length` bytes of SQL: it recurses without a guard (1+1+... of 100,000 terms overflows the usual 8
// MiB). At most 256 MiB; the stack is memory only where it is used, but counts whole against a limit on data
// (RLIMIT_DATA). What `work` throws is thrown here. Throws Error(kInternal) when no such thread can be had.
void run_on_big_stack(std::size_t text_length, const std::function<void()>& work);

}  // namespace windlass::sql
