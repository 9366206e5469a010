// `windlass ci`: writes the delivery pipeline of a project for a CI system.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "core/contract/exit_code.hpp"

namespace windlass::generator {

struct CiOptions {
  std::filesystem::path folder = ".";  // that holds windlass.yaml, relative to the repository's root
  std::string kind;                    // a CI system
  std::string target;                  // as of render
  std::string mode;                    // as of render; empty: the target's first
  std::vector<std::string>
      environments;          // to release to, in this order; none: every one, as the project promotes
  std::string manifests;     // the committed folders, one per environment; empty: deploy/ of the project
  std::string image;         // that the steps run in
  std::string output = "-";  // a file, or "-" for stdout
};

// Writes the pipeline to `out`, or as a whole to the file of `output`. Throws Error(kUsage) for a kind,
// target or environment that there is not and for a folder outside of the repository, Error(kConfiguration)
// for a project without environments or with faults.
ExitCode run_ci(const CiOptions& options, std::ostream& out, std::ostream& err);

}  // namespace windlass::generator
