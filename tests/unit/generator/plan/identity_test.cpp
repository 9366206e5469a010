#include "generator/plan/identity.hpp"

#include <catch2/catch.hpp>

namespace windlass::generator {

using project::IdentityProvider;
using project::Map;

TEST_CASE("each cloud gets its annotation, and AKS its pod label") {
  CHECK(identity_annotations({IdentityProvider::kNone, ""}).empty());
  CHECK(identity_annotations({IdentityProvider::kGke, "", project::IdentityBinding::kDirect}).empty());
  CHECK(identity_annotations({IdentityProvider::kEks, "", project::IdentityBinding::kDirect}).empty());
  CHECK(identity_annotations({IdentityProvider::kGke, "m@p.iam.gserviceaccount.com"}) ==
        Map{{"iam.gke.io/gcp-service-account", "m@p.iam.gserviceaccount.com"}});
  CHECK(identity_annotations({IdentityProvider::kEks, "arn:aws:iam::123456789012:role/m"}) ==
        Map{{"eks.amazonaws.com/role-arn", "arn:aws:iam::123456789012:role/m"}});
  CHECK(identity_annotations({IdentityProvider::kAks, "c-l-i-e-n-t"}) ==
        Map{{"azure.workload.identity/client-id", "c-l-i-e-n-t"}});
  CHECK(identity_pod_labels({IdentityProvider::kAks, "c"}) == Map{{"azure.workload.identity/use", "true"}});
  CHECK(identity_pod_labels({IdentityProvider::kGke, "c"}).empty());
}

}  // namespace windlass::generator
