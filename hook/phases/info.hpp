// Lists every migration with its state; changes nothing and takes no lock.
#pragma once

#include "hook/phases/phase.hpp"

namespace windlass::hook {

// Fills report.migrations in Flyway's order of info, report.version_to with the current version.
void run_info(PhaseContext& context);

}  // namespace windlass::hook
