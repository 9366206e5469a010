// The rules one by one. The behaviour of Argo CD or Kubernetes that asks for a rule stands beside its source.
#pragma once

#include <vector>

#include "generator/check/check.hpp"

namespace windlass::generator {

using Objects = std::vector<Manifest>;
using Findings = std::vector<Finding>;

// hook_rules.cpp
void check_hook_words(const Objects& objects, Findings& findings);         // E1
void check_unique_objects(const Objects& objects, Findings& findings);     // E2
void check_hook_dependencies(const Objects& objects, Findings& findings);  // E4
void check_delete_policies(const Objects& objects, Findings& findings);    // E5
void check_no_data_in_hooks(const Objects& objects, Findings& findings);   // E6
void check_no_helm_hooks(const Objects& objects, Findings& findings);      // E9
void check_no_sync_fail(const Objects& objects, Findings& findings);       // E20

// order_rules.cpp
void check_tracked_dependencies(const Objects& objects, Findings& findings);  // E23
void check_gate(const Objects& objects, Findings& findings);                  // E28
void check_folder_order(const Objects& objects, Findings& findings);          // E24
void check_no_annotations(const Objects& objects, Findings& findings);        // E25

// job_rules.cpp
void check_jobs(const Objects& objects, Findings& findings);                   // E3
void check_hook_jobs(const Objects& objects, Findings& findings);              // E21
void check_tracked_jobs(const Objects& objects, Findings& findings);           // E22
void check_failure_policies(const Objects& objects, Findings& findings);       // E11
void check_service_account_names(const Objects& objects, Findings& findings);  // E14

// pod_rules.cpp
void check_restricted_pods(const Objects& objects, Findings& findings);   // E12
void check_pod_labels(const Objects& objects, Findings& findings);        // E13
void check_network_policies(const Objects& objects, Findings& findings);  // E27
void check_sidecars(const Objects& objects, Findings& findings);          // E10

// content_rules.cpp
void check_config_maps(const Objects& objects, Findings& findings);       // E7
void check_server_side(const Objects& objects, Findings& findings);       // E26
void check_digests(const Objects& objects, Findings& findings);           // E15
void check_no_empty_maps(const Objects& objects, Findings& findings);     // E18
void check_rollback_objects(const Objects& objects, Findings& findings);  // E19

}  // namespace windlass::generator
