#include "generator/plan/job.hpp"

#include <catch2/catch.hpp>

namespace windlass::generator {
namespace {

Tree job(const project::Kubernetes& kubernetes) {
  return job_values(kubernetes, {"migrate", "preflight"}, "pod");
}

}  // namespace

TEST_CASE("a minor version of Kubernetes is read from what people write") {
  CHECK(kubernetes_minor("1.29") == 29);
  CHECK(kubernetes_minor("v1.31.4") == 31);
  CHECK(kubernetes_minor("1.9") == 9);
  CHECK(kubernetes_minor("2.1") == std::nullopt);
  CHECK(kubernetes_minor("1") == std::nullopt);
  CHECK(kubernetes_minor("1.x") == std::nullopt);
  CHECK(kubernetes_minor("1.29+") == std::nullopt);
  CHECK(kubernetes_minor("") == std::nullopt);
}

TEST_CASE("permanent exit codes fail the Job at once, container by container, and evictions do not count") {
  const Tree values = job({});
  const auto& rules = list_at(values, {"podFailurePolicy", "rules"});
  REQUIRE(rules.size() == 3);
  CHECK(rules[0] ==
        Members{{"action", "Ignore"},
                {"onPodConditions", List{Members{{"type", "DisruptionTarget"}, {"status", "True"}}}}});
  const List permanent = {64, 65, 66, 76, 77, 78, 79, 80};
  for (const auto& [index, name] : {std::pair(1U, "migrate"), std::pair(2U, "preflight")}) {
    CHECK(text_at(rules[index], {"onExitCodes", "containerName"}) == name);
    CHECK(list_at(rules[index], {"onExitCodes", "values"}) == permanent);
  }
}

TEST_CASE("what an old Kubernetes does not know is left out") {
  const auto [version, failure, replacement] = GENERATE(table<std::string, bool, bool>({
      {"1.25", false, false},
      {"1.26", true, false},
      {"1.28", true, false},
      {"1.29", true, true},
      {"1.36", true, true},
  }));
  project::Kubernetes kubernetes;
  kubernetes.min_version = version;
  const Tree values = job(kubernetes);
  CHECK(values.find({"podFailurePolicy"})->is_absent() != failure);
  CHECK(values.find({"podReplacementPolicy"})->is_absent() != replacement);
}

TEST_CASE("times are whole seconds, never less than was asked for") {
  project::Kubernetes kubernetes;
  kubernetes.active_deadline = Milliseconds(1'500);
  kubernetes.ttl_after_finished = Milliseconds(3'600'001);
  kubernetes.backoff_limit = 0;
  const Tree values = job(kubernetes);
  CHECK(*values.find({"activeDeadlineSeconds"}) == 2);
  CHECK(*values.find({"ttlSecondsAfterFinished"}) == 3601);
  CHECK(*values.find({"backoffLimit"}) == 0);
}

TEST_CASE("with tenants each shard is an index that fails by itself, where the cluster has it") {
  project::Tenants tenants;
  tenants.shards = 8;
  tenants.parallelism = 3;
  const auto values = [&](const std::string& version) {
    project::Kubernetes kubernetes;
    kubernetes.min_version = version;
    return Tree(job_values(kubernetes, {"migrate"}, "pod", &tenants));
  };
  const Tree present = values("1.29");
  CHECK(*present.find({"completionMode"}) == "Indexed");
  CHECK(*present.find({"completions"}) == 8);
  CHECK(*present.find({"parallelism"}) == 3);
  CHECK(*present.find({"backoffLimitPerIndex"}) == 2);
  CHECK(*present.find({"backoffLimit"}) == 24);
  CHECK(text_at(list_at(present, {"podFailurePolicy", "rules"}).at(1), {"action"}) == "FailIndex");

  const Tree old = values("1.28");
  CHECK(old.find({"backoffLimitPerIndex"})->is_absent());
  CHECK(*old.find({"backoffLimit"}) == 16);
  CHECK(list_at(old, {"podFailurePolicy", "rules"}).size() == 1);
}

}  // namespace windlass::generator
