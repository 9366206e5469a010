// What every phase is given.
#pragma once

#include "core/base/clock.hpp"
#include "core/base/stop_signal.hpp"
#include "hook/report/report.hpp"
#include "hook/settings/settings.hpp"

namespace windlass::hook {

// A phase is `void run_<phase>(PhaseContext&)`: it fills the report as it goes, so that a run that fails
// half-way still says what it did, and throws Error when it cannot do its work. report.outcome stays kDone
// unless a phase sets another code itself.
struct PhaseContext {
  const Settings& settings;
  const Clock& clock;
  const StopSignal& stop;
  const Deadline& deadline;  // settings.deadline, running since the start
  Report& report;
};

}  // namespace windlass::hook
