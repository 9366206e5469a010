#include "generator/rehearse/sync_order.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "generator/explain/object.hpp"
#include "generator/explain/sync_tasks.hpp"

namespace windlass::generator {

using nlohmann::json;

SyncOrder in_sync_order(const std::vector<json>& documents) {
  std::vector<const json*> bodies;
  for (const auto& document : documents) {
    if (explain::text_at(document, "/kind").empty() || explain::text_at(document, "/metadata/name").empty()) {
      throw Error(ExitCode::kConfiguration, "a Kubernetes object has no kind or no metadata.name",
                  "Give every document of the manifests both.");
    }
    bodies.push_back(&document);
  }
  SyncOrder order;
  std::vector<bool> applied(documents.size());
  for (const auto& task : explain::sync_tasks(bodies)) {
    if (task.phase == SyncPhase::kSyncFail) continue;
    const auto& body = documents[task.object];
    applied[task.object] = true;
    order.objects.push_back({task.phase, task.wave, explain::text_at(body, "/kind"),
                             explain::text_at(body, "/metadata/name"), body});
  }
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (applied[i]) continue;
    order.ignored.push_back(fmt::format("{}/{}: its hook annotation names no phase that a sync runs",
                                        explain::text_at(documents[i], "/kind"),
                                        explain::text_at(documents[i], "/metadata/name")));
  }
  return order;
}

}  // namespace windlass::generator
