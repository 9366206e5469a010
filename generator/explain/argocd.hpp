// What Argo CD does with the objects of an application at each of its events.
#pragma once

#include <vector>

#include "generator/explain/step.hpp"

namespace windlass::generator::explain {

// Argo CD 3.5 (gitops-engine sync_context.go, controller/). `event` is one of Argo CD's.
std::vector<Step> argocd_steps(Event event, const std::vector<Object>& objects);

}  // namespace windlass::generator::explain
