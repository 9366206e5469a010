#include <fmt/format.h>

#include "generator/explain/engine_view.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

constexpr std::size_t kObject = 1U << 20U;
constexpr std::size_t kAnnotations = 1U << 18U;

// As it stands in the annotation: JSON, with its escapes.
std::size_t size_of(const Object& object, const std::string& pointer) {
  const auto* data = find(object.body, pointer);
  if (data == nullptr) return 0;
  return data->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).size();
}

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& question) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    const auto& object = objects[i];
    if (object.kind != "ConfigMap") continue;
    const auto bytes = size_of(object, "/data") + size_of(object, "/binaryData");
    const bool copied =
        question.engine == Engine::kArgoCd && !has_option(object.body, kSyncOptions, "ServerSideApply=true");
    if (bytes <= (copied ? kAnnotations : kObject)) continue;
    traps.push_back({i, bytes > kObject ? "/data" : annotation_pointer(kSyncOptions),
                     fmt::format("{} holds {} KiB, more than can be applied", object.label(), bytes / 1024),
                     bytes > kObject
                         ? "Split it into several."
                         : "Add the annotation argocd.argoproj.io/sync-options: ServerSideApply=true."});
  }
  return traps;
}

}  // namespace

const TrapRule kConfigMapTooLarge{
    "config-map-too-large", Under::kBoth, "A ConfigMap is larger than what applies it can carry.",
    "Kubernetes takes 1 MiB. Argo CD applies on the client's side unless told otherwise, which keeps a "
    "copy in an annotation, and annotations end at 256 KiB: `metadata.annotations: Too long`. Split it, "
    "or have it applied by the server.",
    find_in};

}  // namespace windlass::generator::explain
