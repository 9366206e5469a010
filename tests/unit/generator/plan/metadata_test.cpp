#include "generator/plan/metadata.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {

using project::Map;
using project::Mesh;

TEST_CASE("a pod stays out of meshes, or is in one by a native sidecar") {
  auto project = sample_project();
  const auto istio = [&] {
    return pod_labels(project, project.databases[0], Phase::kMigrate).at("sidecar.istio.io/inject");
  };
  const Map kept = {{"cluster-autoscaler.kubernetes.io/safe-to-evict", "false"},
                    {"karpenter.sh/do-not-disrupt", "true"}};
  CHECK(istio() == "false");
  CHECK(pod_annotations(project) == merged(kept, {{"linkerd.io/inject", "disabled"}}));
  project.kubernetes.mesh = Mesh::kIstio;
  CHECK(istio() == "true");
  CHECK(pod_annotations(project) ==
        merged(kept, {{"linkerd.io/inject", "disabled"}, {"sidecar.istio.io/nativeSidecar", "true"}}));
  project.kubernetes.mesh = Mesh::kLinkerd;
  CHECK(istio() == "false");
  CHECK(pod_annotations(project) ==
        merged(kept, {{"linkerd.io/inject", "enabled"},
                      {"config.beta.linkerd.io/proxy-enable-native-sidecar", "true"}}));
}

}  // namespace windlass::generator
