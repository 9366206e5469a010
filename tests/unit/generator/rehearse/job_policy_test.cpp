#include "generator/rehearse/job_policy.hpp"

#include <catch2/catch.hpp>

#include "core/base/error.hpp"

using namespace windlass;
using namespace windlass::generator;
using nlohmann::json;

namespace {

const json kSpec =
    json::parse(R"({"backoffLimit": 2, "activeDeadlineSeconds": 1800, "podFailurePolicy": {"rules": [
    {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
    {"action": "FailJob", "onExitCodes": {"containerName": "migrate", "operator": "In", "values": [76, 78]}},
    {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [75]}},
    {"action": "Count", "onExitCodes": {"operator": "NotIn", "values": [1]}}]}})");

}  // namespace

TEST_CASE("a Job's policy is read, and has Kubernetes' defaults") {
  const auto policy = read_job_policy(kSpec);
  CHECK(policy.backoff_limit == 2);
  CHECK(policy.deadline == Milliseconds(1'800'000));
  CHECK(policy.rules.size() == 4);
  const auto none = read_job_policy(json::object());
  CHECK(none.backoff_limit == 6);
  CHECK_FALSE(none.deadline);
}

TEST_CASE("the first rule that matches a failed container decides") {
  const auto policy = read_job_policy(kSpec);
  struct Case {
    std::vector<ContainerExit> exits;
    FailureAction action;
    int rule;
  };
  const std::vector<Case> cases{{{{"migrate", 76}}, FailureAction::kFailJob, 1},
                                {{{"sidecar", 76}}, FailureAction::kCount, 3},
                                {{{"migrate", 0}, {"preflight", 75}}, FailureAction::kIgnore, 2},
                                {{{"migrate", 1}}, FailureAction::kCount, -1},
                                {{{"migrate", 0}}, FailureAction::kCount, -1},
                                {{{"migrate", 69}}, FailureAction::kCount, 3}};
  for (const auto& each : cases) {
    const auto decision = decide(policy, each.exits);
    CHECK(decision.action == each.action);
    CHECK(decision.rule == each.rule);
  }
}

TEST_CASE("an action or operator that Kubernetes does not know is refused") {
  const auto fault = [](const std::string& rule) {
    try {
      read_job_policy(json::parse(R"({"podFailurePolicy": {"rules": [)" + rule + "]}}"));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(fault(R"({"action": "Retry"})") == "podFailurePolicy: action \"Retry\" is not known to a rehearsal");
  CHECK(fault(R"({"action": "Count", "onExitCodes": {"operator": "in"}})") ==
        "podFailurePolicy: operator \"in\" is neither In nor NotIn");
}

TEST_CASE("an Indexed Job has an index for each completion, and its own limit for each") {
  const auto policy = read_job_policy(json::parse(
      R"({"completionMode": "Indexed", "completions": 4, "backoffLimit": 12, "backoffLimitPerIndex": 2,
          "podFailurePolicy": {"rules": [{"action": "FailIndex", "onExitCodes":
              {"containerName": "migrate", "operator": "In", "values": [76]}}]}})"));
  CHECK(policy.is_indexed);
  CHECK(policy.completions == 4);
  CHECK(policy.per_index);
  CHECK(policy.backoff_limit == 2);
  CHECK(decide(policy, {{"migrate", 76}}).action == FailureAction::kFailIndex);
  CHECK_FALSE(read_job_policy(kSpec).is_indexed);
}
