// Runs a piece of work where deep recursion does not end the process.
#pragma once

#include <functional>

namespace windlass::sql {

// Runs `work` on a thread of its own with a 256 MiB stack and waits for it: libpg_query recurses without a
// guard (1+1+... of 100,000 terms overflows the usual 8 MiB). The stack is address space, not memory, until
// it is used. What `work` throws is thrown here. Throws Error(kInternal) when no such thread can be had.
void run_on_big_stack(const std::function<void()>& work);

}  // namespace windlass::sql
