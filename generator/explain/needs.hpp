// What hooks cannot start without: what of it comes too late, and what the manifests do not have at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "generator/explain/hooks.hpp"
#include "generator/explain/object.hpp"
#include "generator/explain/question.hpp"

namespace windlass::generator::explain {

struct LateNeed {
  Index user = 0;
  Index needed = 0;
  std::optional<HelmEvent> event;  // Helm's, at which it is not there
  bool never = false;              // Argo CD applies it in no sync
  bool at_deletion = false;        // it is the application's deletion that does not find it
};

// Every pair of a hook and an object that it needs and that comes after it, for Helm at each event. A Secret
// is brought about by the ExternalSecret or SealedSecret that makes it.
std::vector<LateNeed> late_needs(const std::vector<Object>& objects, const Question& question);

// What hooks need and the manifests do not have, each with the hooks: "Secret/shop-db for Job/migrate".
std::vector<std::string> outside_needs(const std::vector<Object>& objects, const Question& question);

}  // namespace windlass::generator::explain
