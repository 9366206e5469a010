// Reads the manifests that are to be explained: files, folders, and what stands on stdin.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "generator/explain/object.hpp"

namespace windlass::generator::explain {

// The objects of every path in order; "-" is `in`. Of a folder all .yaml, .yml and .json below it, by path.
// An object without a namespace gets `space` when it is of a kind that lives in one; `space` may be empty.
// Throws Error(kInvalidScripts) with every path and document that cannot be read as details, and
// Error(kUsage) for a folder whose files have to be rendered first: a chart, a kustomization, a project of
// ours.
Input read_input(const std::vector<std::string>& paths, const std::string& space, std::istream& in);

}  // namespace windlass::generator::explain
