// What Argo CD and Helm read in an object's annotations: phases, waves, weights, delete policies.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace windlass::generator::explain {

inline constexpr std::string_view kArgoHook = "argocd.argoproj.io/hook";
inline constexpr std::string_view kArgoDeletePolicy = "argocd.argoproj.io/hook-delete-policy";
inline constexpr std::string_view kSyncWave = "argocd.argoproj.io/sync-wave";
inline constexpr std::string_view kSyncOptions = "argocd.argoproj.io/sync-options";
inline constexpr std::string_view kHelmHook = "helm.sh/hook";
inline constexpr std::string_view kHelmWeight = "helm.sh/hook-weight";
inline constexpr std::string_view kHelmDeletePolicy = "helm.sh/hook-delete-policy";
inline constexpr std::string_view kHelmOutputLog = "helm.sh/hook-output-log-policy";
inline constexpr std::string_view kResourcePolicy = "helm.sh/resource-policy";

enum class SyncPhase { kPreSync, kSync, kPostSync, kSyncFail };
std::string_view sync_phase_name(SyncPhase phase);  // "PreSync"

struct DeletePolicies {
  bool before_creation = false;
  bool succeeded = false;
  bool failed = false;
};

// As Argo CD reads it (gitops-engine sync/hook, sync/syncwaves; controller/hook.go).
struct ArgoHook {
  bool is_hook = false;
  bool skipped = false;           // the hook Skip: never applied
  std::vector<SyncPhase> phases;  // of a plain object Sync; empty: no sync applies it
  bool pre_delete = false;
  bool post_delete = false;
  std::int64_t wave = 0;
  DeletePolicies policies;  // Argo CD's and Helm's together; the default when there are none
};
ArgoHook argo_hook(const nlohmann::json& body);

enum class HelmEvent {
  kPreInstall,
  kPostInstall,
  kPreUpgrade,
  kPostUpgrade,
  kPreRollback,
  kPostRollback,
  kPreDelete,
  kPostDelete,
  kTest
};
std::string_view helm_event_name(HelmEvent event);  // "pre-install"

// As Helm 3 and 4 read it (release/util/manifest_sorter.go, action/hooks.go).
struct HelmHook {
  bool is_hook = false;
  bool dropped = false;  // one of its words is unknown, so Helm leaves the whole object out
  std::vector<HelmEvent> events;
  std::int64_t weight = 0;
  DeletePolicies policies;  // the default only when the annotation is missing
  bool logs_failure = false;
  bool logs_success = false;
};
HelmHook helm_hook(const nlohmann::json& body);

// The words that each annotation knows, for the traps about unknown ones.
std::vector<std::string_view> argo_hook_words();
std::vector<std::string_view> helm_hook_words();

// As Go's strconv.Atoi reads it.
bool is_whole_number(std::string_view text);

}  // namespace windlass::generator::explain
