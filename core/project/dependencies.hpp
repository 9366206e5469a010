// The projects that one depends on, found by their folders, and where it stands behind them.
#pragma once

#include "core/base/diagnostic.hpp"
#include "core/project/project.hpp"

namespace windlass::project {

struct Standing {
  int rank = 0;        // 0 without dependencies, else one more than the highest rank among them
  Diagnostics faults;  // a folder without a project, a project that cannot be loaded, a cycle
};

// Reads the config of every project that `project` depends on, also of those behind them, each once. A fault
// has its place at the entry of dependsOn that leads there, in whichever file that is.
Standing standing_of(const Project& project);

}  // namespace windlass::project
