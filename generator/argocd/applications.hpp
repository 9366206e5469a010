// Argo CD's own objects: what each environment of a project is synced from, and in which order a release goes
// on.
#pragma once

#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/project/project.hpp"
#include "generator/plan/plan.hpp"

namespace windlass::generator {

struct PromotedProject {
  project::Project project;                    // without an environment
  std::vector<project::Project> environments;  // in the order of promotion; at least one
};

// What is missing or contradicts itself: a project without promotion.order's environments, an environment
// without argocd.repoUrl, projects that one ApplicationSet promotes in different orders.
Diagnostics promotion_faults(const std::vector<PromotedProject>& projects);

// The AppProject and, when a pipeline promotes, an Application for each environment: it has no automated
// sync. With promotion.by argocd the Applications are the ApplicationSet's to make. `space` is Argo CD's own
// namespace.
std::vector<PlannedFile> project_objects(const PromotedProject& promoted, const std::string& space);

// The same Applications, made and synced by RollingSync: for each environment of the order that all of the
// projects have, a step for each rank among them. There is at least one project, and none has faults.
PlannedFile application_set(const std::vector<PromotedProject>& projects, const std::string& name,
                            const std::string& space);

}  // namespace windlass::generator
