#include "generator/check/check.hpp"

#include <array>

#include "generator/check/rules.hpp"

namespace windlass::generator {
namespace {

constexpr std::array kRules{
    Rule{"E1", "Hooks, delete policies and waves are words that Argo CD knows.", check_hook_words,
         Where::kArgoCd},
    Rule{"E2", "No two objects share kind, namespace and name.", check_unique_objects},
    Rule{"E3", "Every Job is bounded and named after its content.", check_jobs},
    Rule{"E4", "What a hook Job needs is a hook of an earlier wave.", check_hook_dependencies, Where::kHooks},
    Rule{"E5", "Nothing is deleted because a sync failed.", check_delete_policies, Where::kArgoCd},
    Rule{"E6", "No Secret and no volume is a hook.", check_no_data_in_hooks, Where::kArgoCd},
    Rule{"E7", "ConfigMaps have valid keys and stay within what apply can carry.", check_config_maps},
    Rule{"E9", "No Helm hook stands among Argo CD's.", check_no_helm_hooks},
    Rule{"E10", "What stands beside the hook is a native sidecar that is ready first, or ended by the hook.",
         check_sidecars},
    Rule{"E11", "podFailurePolicy names its containers.", check_failure_policies},
    Rule{"E12", "Every container meets Pod Security's restricted level.", check_restricted_pods},
    Rule{"E13", "No Service of the application selects a hook pod.", check_pod_labels},
    Rule{"E14", "The name of a ServiceAccount does not change with the scripts.",
         check_service_account_names},
    Rule{"E15", "Marker and Jobs carry the same digest.", check_digests},
    Rule{"E18", "The rollback's template holds no empty map.", check_no_empty_maps},
    Rule{"E19", "The rollback and all it needs are tracked objects.", check_rollback_objects},
    Rule{"E20", "Nothing runs on SyncFail.", check_no_sync_fail, Where::kArgoCd},
    Rule{"E21", "A hook Job is deleted before it is created anew, and kept for a while.", check_hook_jobs,
         Where::kHooks},
    Rule{"E22", "A tracked Job stays when it has ended, and is replaced when it is applied again.",
         check_tracked_jobs, Where::kWaves},
    Rule{"E23", "What a tracked Job needs is tracked in an earlier wave.", check_tracked_dependencies,
         Where::kWaves},
    Rule{"E24", "What a Job needs lies in a folder before its own.", check_folder_order, Where::kPlain},
    Rule{"E25", "No annotation asks for Argo CD or Helm.", check_no_annotations, Where::kPlain},
    Rule{"E26", "What is too large for a copy in an annotation is applied on the server's side.",
         check_server_side, Where::kArgoCd},
    Rule{"E27", "When NetworkPolicies are rendered, each hook pod is selected by one, before it starts.",
         check_network_policies},
    Rule{"E28", "The marker is tracked behind verify and contract, and waits for them.", check_gate,
         Where::kGated},
};

}  // namespace

std::span<const Rule> rules() { return kRules; }

std::vector<Finding> check(const Rendered& rendered) {
  std::vector<Finding> findings;
  for (const auto& rule : kRules) {
    if (holds_for(rule.where, *rendered.target)) rule.look(rendered.objects, findings);
  }
  return findings;
}

bool holds_for(Where where, const Target& target) {
  switch (where) {
    case Where::kAnywhere: return true;
    case Where::kArgoCd: return target.reader == Reader::kArgoCd;
    case Where::kHooks: return &target == &argocd_presync() || &target == &argocd_gated();
    case Where::kGated: return &target == &argocd_gated();
    case Where::kWaves: return &target == &argocd_waves();
    case Where::kPlain: return target.reader != Reader::kArgoCd;
  }
  return true;
}

}  // namespace windlass::generator
