// Says what state the database is in, what was in flight, what it left, and what to do; changes nothing.
#pragma once

#include "hook/phases/phase.hpp"
#include "hook/report/inspection.hpp"

namespace windlass::hook {

// Works while another run holds the lock, without any of our tables, without a history table, and on scripts
// that have faults: what cannot be read is named in the report instead of ending the run.
void run_inspect(PhaseContext& context);

}  // namespace windlass::hook
