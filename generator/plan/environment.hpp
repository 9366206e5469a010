// The environment of a hook container: the settings of core/contract that its phase needs, and no others.
#pragma once

#include <string>
#include <string_view>

#include "core/contract/phase.hpp"
#include "core/project/project.hpp"
#include "generator/plan/script_files.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

struct ContainerSettings {
  List environment;  // in the order of core/contract's table, then the project's own variables
  // Lists and maps that the environment cannot carry, because an entry holds a comma or blanks at an end, as
  // the hook's settings file has them; empty when there are none.
  Members settings_file;
};

// The settings of one container. Defaults are left out. `dry_run` makes a migrate that writes nothing.
enum class DryRun { kNo, kYes };
ContainerSettings container_settings(const project::Project& project, const project::Database& database,
                                     const DatabaseFiles& files, project::DeliveryMethod delivery,
                                     Phase phase, DryRun dry_run = DryRun::kNo);

// `value` so that Kubernetes' expansion of $(NAME) in it gives `value` back.
std::string escape_expansion(std::string_view value);

}  // namespace windlass::generator
