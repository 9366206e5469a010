// By which key Kubernetes merges the items of a list, as the patchMergeKey tags of its Go types say.
#pragma once

#include <optional>
#include <string_view>

namespace windlass::generator {

// The key of the list at `path`, the keys that lead to it with dots between and no index:
// "spec.template.spec.containers.env" of a Job. Empty: the items are texts, of which none is there twice.
// Nothing: a patch replaces the list as a whole, as it does every list of a kind that is not Kubernetes' own.
// Source: k8s.io/api v0.36: core/v1, batch/v1, networking/v1; tolerations and envFrom have no key.
std::optional<std::string_view> merge_key(std::string_view kind, std::string_view path);

}  // namespace windlass::generator
