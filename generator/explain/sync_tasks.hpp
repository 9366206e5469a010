// The tasks of an Argo CD sync in their order: which object in which phase and wave.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "generator/explain/hooks.hpp"

namespace windlass::generator::explain {

struct SyncTask {
  std::size_t object = 0;  // index into the objects that were given
  SyncPhase phase = SyncPhase::kSync;
  std::int64_t wave = 0;
};

// The order of gitops-engine (sync/sync_tasks.go): phase, wave, its list of kinds, name; then a Namespace
// stands before the first object in it and a CustomResourceDefinition before the first object of its kind,
// and takes over that one's phase and wave. An object of two phases stands twice; one that no sync applies
// is left out.
std::vector<SyncTask> sync_tasks(const std::vector<const nlohmann::json*>& objects);

}  // namespace windlass::generator::explain
