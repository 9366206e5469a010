#include "generator/check/check.hpp"

#include <array>

#include "generator/check/rules.hpp"

namespace windlass::generator {
namespace {

// The numbers have gaps where a rule belongs to a target other than Argo CD's PreSync mode.
constexpr std::array kRules{
    Rule{"E1", "Hooks, delete policies and waves are words that Argo CD knows.", check_hook_words},
    Rule{"E2", "No two objects share kind, namespace and name.", check_unique_objects},
    Rule{"E3", "Every Job is bounded, kept for a while, and deleted before it is created anew.", check_jobs},
    Rule{"E4", "What a hook Job needs is a hook of an earlier wave.", check_dependencies},
    Rule{"E5", "Nothing is deleted because a sync failed.", check_delete_policies},
    Rule{"E6", "No Secret and no volume is a hook.", check_no_data_in_hooks},
    Rule{"E7", "ConfigMaps have valid keys and stay within what apply can carry.", check_config_maps},
    Rule{"E9", "No Helm hook stands among Argo CD's.", check_no_helm_hooks},
    Rule{"E11", "podFailurePolicy names its containers.", check_failure_policies},
    Rule{"E12", "Every container meets Pod Security's restricted level.", check_restricted_pods},
    Rule{"E13", "No Service of the application selects a hook pod.", check_pod_labels},
    Rule{"E14", "The name of a ServiceAccount does not change with the scripts.",
         check_service_account_names},
    Rule{"E15", "Marker and Jobs carry the same digest.", check_digests},
    Rule{"E18", "The rollback's template holds no empty map.", check_no_empty_maps},
    Rule{"E19", "The rollback and all it needs are tracked objects.", check_rollback_objects},
    Rule{"E20", "Nothing runs on SyncFail.", check_no_sync_fail},
};

}  // namespace

std::span<const Rule> rules() { return kRules; }

std::vector<Finding> check(const Rendered& rendered) {
  std::vector<Finding> findings;
  for (const auto& rule : kRules) rule.look(rendered.objects, findings);
  return findings;
}

}  // namespace windlass::generator
