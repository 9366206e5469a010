// What of a pod brings the scripts of a database: volumes and an init container.
#pragma once

#include "generator/plan/delivery.hpp"
#include "generator/plan/mount.hpp"
#include "generator/plan/pod.hpp"

namespace windlass::generator {

// The variable by which a command of the project's own finds the folder to fill: $(SCRIPTS).
inline constexpr std::string_view kScriptsVariable = "SCRIPTS";

// Adds to a pod what brings the scripts by the method of delivery; `scripts` says which ConfigMaps hold them.
void add_scripts(Pod& pod, const project::Project& project, project::DeliveryMethod method,
                 const Mount& scripts);

}  // namespace windlass::generator
