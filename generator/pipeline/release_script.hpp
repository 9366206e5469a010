// The script that brings one environment to what is rendered for it, and waits until that has been verified.
#pragma once

#include <string>
#include <vector>

#include "core/project/project.hpp"
#include "generator/pipeline/pipeline.hpp"

namespace windlass::generator {

// For the request's target: kubectl folder by folder, helm upgrade, or a sync by Argo CD. It ends with a
// failure when a Job fails, verify's included, and every wait in it has a bound.
std::string release_script(const project::Project& project, const PipelineRequest& request);

// The secrets that it needs in its environment.
std::vector<std::string> release_secrets(const Target& target);

// The time that its Jobs may take altogether, and some for what is around them.
int release_minutes(const project::Project& project);

}  // namespace windlass::generator
