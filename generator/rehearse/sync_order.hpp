// Kubernetes objects in the order in which Argo CD applies them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace windlass::generator {

// SyncFail has no place here: a rehearsal shows what leads to it.
enum class SyncPhase { kPreSync, kSync, kPostSync };
std::string_view sync_phase_name(SyncPhase phase);

// One object in one phase; an object whose annotation names two phases stands here twice.
struct SyncObject {
  SyncPhase phase = SyncPhase::kSync;
  int wave = 0;
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

// The order of gitops-engine (sync/sync_tasks.go): phase, wave, its list of kinds, name. Phases and waves are
// read from Argo CD's annotations, else from Helm's, mapped as Argo CD maps them; an object without either is
// of the Sync phase. Throws Error(kConfiguration) for a document without kind or name.
SyncOrder in_sync_order(const std::vector<nlohmann::json>& documents);

}  // namespace windlass::generator
