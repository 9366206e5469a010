// Kubernetes objects in the order in which Argo CD applies them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "generator/explain/hooks.hpp"

namespace windlass::generator {

using explain::sync_phase_name;
using explain::SyncPhase;

// One object in one phase; an object whose annotation names two phases stands here twice.
struct SyncObject {
  SyncPhase phase = SyncPhase::kSync;
  std::int64_t wave = 0;
  std::string kind;
  std::string name;
  nlohmann::json body;

  // "Job/storefront-migrate"
  std::string label() const { return kind + "/" + name; }
};

struct SyncOrder {
  std::vector<SyncObject> objects;   // by phase, wave, kind, name
  std::vector<std::string> ignored;  // what Argo CD would not apply, each with the reason
};

// The order of explain::sync_tasks, without SyncFail: a rehearsal shows what leads to it. Throws
// Error(kConfiguration) for a document without kind or name.
SyncOrder in_sync_order(const std::vector<nlohmann::json>& documents);

}  // namespace windlass::generator
