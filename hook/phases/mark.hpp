// Records by hand what was done by hand: a script as applied, or as undone.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// Both name their script by the setting `script`, or by `target` when it is of a version, and ask for the
// confirmation value "DATABASE-VERSION-applied" ("-undone"; of a repeatable script its path stands for the
// version). They write what migrate and rollback would have written beside the script, in one transaction,
// and forget what was in flight of it. Throws Error: kUsage when the script is not named or not there,
// kRefused when the confirmation is missing, or when a version below (above) it is pending (applied) and
// out-of-order is not set.
void run_mark_applied(PhaseContext& context);
void run_mark_undone(PhaseContext& context);

}  // namespace windlass::hook
