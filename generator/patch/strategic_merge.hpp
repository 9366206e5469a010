// Strategic merge patches, as kubectl patch and the API server apply them.
#pragma once

#include "core/base/diagnostic.hpp"
#include "core/project/data.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// `object` with the patch in it: maps are merged by key, null removes, a list merges by merge_key or is
// replaced. What a patch adds to a merged list comes before what the list has that the patch does not name,
// as Kubernetes orders them (apimachinery, strategicpatch/patch.go, mergeSortedSlice). Of the directives
// there are $patch: delete and $patch: replace. Adds an error with its place for another directive, an item
// without its key, an item to delete that is not there, and a value of another shape than the object's; the
// result is not to be used then.
Tree strategic_merge(const Tree& object, const project::Data& patch, Diagnostics& diagnostics);

// The data as a tree: numbers and booleans where they are plain. What is null
// is left out.
Tree tree_of_data(const project::Data& data);

}  // namespace windlass::generator
