// The orders in which Helm takes hooks and the objects of a release.
#pragma once

#include <vector>

#include "generator/explain/hooks.hpp"
#include "generator/explain/object.hpp"
#include "generator/explain/question.hpp"

namespace windlass::generator::explain {

// The hooks of an event: by weight, then name; equal ones by kind (action/hooks.go, whose sort is stable on
// hooks that stand in the install order). What Helm leaves out is not among them.
std::vector<Index> helm_hooks_at(const std::vector<Object>& objects, HelmEvent event, HelmVersion version);

enum class HelmOrder { kInstall, kUninstall };

// The objects of the release, hooks left out, by kind; equal kinds in their order in the manifests, unknown
// kinds last and by name of the kind (release/util/kind_sorter.go).
std::vector<Index> helm_release(const std::vector<Object>& objects, HelmOrder order, HelmVersion version);

}  // namespace windlass::generator::explain
