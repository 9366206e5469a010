// `windlass argocd`: writes Argo CD's AppProject, Applications and ApplicationSet for one or several
// projects.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "core/contract/exit_code.hpp"

namespace windlass::generator {

struct ArgoCdOptions {
  std::vector<std::filesystem::path> folders;  // that hold windlass.yaml, at least one
  std::string name;                            // of the ApplicationSet; empty: the project's
  std::string space = "argocd";                // Argo CD's own namespace
  std::string output;                          // a folder, or "-" for stdout
  bool check = false;                          // compare, write nothing
  std::optional<std::filesystem::path> templates;
};

// As run_render. Throws Error(kUsage) when several projects make one ApplicationSet and no name is given,
// Error(kConfiguration) with every fault of the projects.
ExitCode run_argocd(const ArgoCdOptions& options, std::ostream& out, std::ostream& err);

}  // namespace windlass::generator
