// Runs one phase and reports how it ended: the log, stdout and the termination message.
#pragma once

#include <span>

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "core/contract/exit_code.hpp"
#include "core/contract/phase.hpp"
#include "hook/settings/load.hpp"

namespace windlass::hook {

// The phases that can be run, in the order of phase_table().
std::span<const Phase> runnable_phases();

// Runs the phase that the settings name, or reports their fault. Every run ends in a report, a failed one
// too; one that cannot be written is a warning and does not change the result.
ExitCode run(const LoadedSettings& loaded, const Clock& clock, const StopSignal& stop);

}  // namespace windlass::hook
