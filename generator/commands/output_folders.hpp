// Brings the folders of a render to what they are to hold, or says how they differ.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "core/contract/exit_code.hpp"
#include "generator/manifests/kustomize.hpp"

namespace windlass::generator {

// Writes what is new or changed below `output`, removes what is stale, and lists both on `out`. Nothing is
// written before all folders have been compared. Throws as compare_folder does.
ExitCode write_folders(const std::string& output, const std::vector<RenderedFolder>& folders,
                       std::ostream& out);

// Writes nothing. kFound when anything differs: the diff on `out`, and on `err` that `command` cures it.
ExitCode check_folders(const std::string& output, const std::vector<RenderedFolder>& folders,
                       const std::string& command, std::ostream& out, std::ostream& err);

}  // namespace windlass::generator
