// Labels and annotations of rendered objects and of their pods.
#pragma once

#include <initializer_list>
#include <string_view>

#include "core/contract/phase.hpp"
#include "core/project/project.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// Null where an object belongs to the whole project.
using DatabaseOrNone = const project::Database*;

// Of an object: the project's own, then ours. `component` says what it is for: "migrate", "support".
project::Map object_labels(const project::Project& project, DatabaseOrNone database,
                           std::string_view component);

// Of a pod: never what the application's Service selects by, else it would send requests to the migration.
project::Map pod_labels(const project::Project& project, const project::Database& database, Phase phase);

// Of a pod: it is not evicted for convenience, and gets no mesh proxy that would keep its Job from ending.
project::Map pod_annotations(const project::Project& project);

// app.kubernetes.io/name of the pods.
inline constexpr std::string_view kHookPodName = "windlass-hook";

// The labels that may stand in the selector of an application's Service.
bool is_selector_label(std::string_view key);

// Both in one map; where both have a key, `later` wins.
project::Map merged(project::Map base, project::Map later);

// A map of texts; absent when it is empty.
Tree tree_of(const project::Map& map);

}  // namespace windlass::generator
