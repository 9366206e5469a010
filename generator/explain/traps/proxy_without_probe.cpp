#include <fmt/format.h>

#include "generator/explain/pods.hpp"
#include "generator/explain/traps/rules.hpp"

namespace windlass::generator::explain {
namespace {

std::vector<Trap> find_in(const std::vector<Object>& objects, const Question& /*question*/) {
  std::vector<Trap> traps;
  for (Index i = 0; i < objects.size(); ++i) {
    for (const auto& container : containers_of(objects[i])) {
      const bool proxy =
          container.is_native_sidecar() && is_database_proxy(text_at(container.body, "/image"));
      if (!proxy || find(container.body, "/startupProbe") != nullptr) continue;
      traps.push_back(
          {i, container.pointer,
           fmt::format("{}: the others start before the proxy {} listens", objects[i].label(),
                       text_at(container.body, "/name")),
           "Add a startupProbe with httpGet /startup, and --health-check --http-address=0.0.0.0."});
    }
  }
  return traps;
}

}  // namespace

const TrapRule kProxyWithoutProbe{
    "proxy-without-probe", Under::kBoth, "A database proxy that is a native sidecar has no startup probe.",
    "Kubernetes starts the hook's container when the sidecar has been started, not when it listens: the "
    "first connections are refused, and the Job uses up its retries. A startup probe on `/startup` (with "
    "`--health-check`, and `--http-address=0.0.0.0` so that the kubelet reaches it) holds the others "
    "back.",
    find_in};

}  // namespace windlass::generator::explain
