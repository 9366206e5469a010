#include "generator/patch/strategic_merge.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "core/base/files.hpp"
#include "generator/patch/merge_keys.hpp"
#include "generator/tree/emit.hpp"
#include "tests/unit/generator/patch/read_data.hpp"

namespace windlass::generator {
namespace {

// Members in the order of their keys: Kubernetes' maps have no other.
Tree sorted(const Tree& tree) {
  if (const auto* list = tree.list()) {
    List result;
    for (const auto& item : *list) result.push_back(sorted(item));
    return result;
  }
  if (tree.members() == nullptr) return tree;
  Members result;
  for (const auto& member : *tree.members()) result.push_back({member.key, sorted(member.value)});
  std::sort(result.begin(), result.end(), [](const Member& a, const Member& b) { return a.key < b.key; });
  return result;
}

const project::Data& at(const project::Data& map, std::string_view key) {
  const auto found = std::find_if(map.members.begin(), map.members.end(),
                                  [&](const auto& member) { return member.first == key; });
  REQUIRE(found != map.members.end());
  return found->second;
}

const Tree kJob = tree_of_data(read_data(R"(
kind: Job
metadata: {name: a, labels: {x: one}}
spec: {template: {spec: {containers: [{name: a, env: [{name: A, value: one}]}]}}})"));

std::string faults_of(const std::string& patch) {
  Diagnostics faults;
  strategic_merge(kJob, read_data(patch), faults);
  return to_text(faults);
}

}  // namespace

TEST_CASE("patches do what Kubernetes' own code does") {
  const std::string text =
      read_file(std::filesystem::path(WINDLASS_TEST_DATA) / "patch/strategic_merge.yaml", 1U << 20U);
  std::size_t cases = 0;
  for (auto begin = text.find("---\n"); begin != std::string::npos; ++cases) {
    const auto end = text.find("\n---\n", begin);
    const auto one = read_data(text.substr(begin, end == std::string::npos ? end : end + 1 - begin));
    INFO(at(one, "name").text);
    Diagnostics faults;
    const Tree result = strategic_merge(tree_of_data(at(one, "object")), at(one, "patch"), faults);
    CHECK(to_text(faults).empty());
    CHECK(emit_yaml(*sorted(result).members()) ==
          emit_yaml(*sorted(tree_of_data(at(one, "result"))).members()));
    begin = end == std::string::npos ? end : end + 1;
  }
  CHECK(cases == 19);
}

TEST_CASE("lists have the keys of their place, and none anywhere else") {
  CHECK(merge_key("Job", "spec.template.spec.containers.env") == "name");
  CHECK(merge_key("CronJob", "spec.jobTemplate.spec.template.spec.initContainers.ports") == "containerPort");
  CHECK(merge_key("CronJob", "spec.jobTemplate.metadata.finalizers") == "");
  CHECK(merge_key("Job", "spec.template.metadata.ownerReferences") == "uid");
  CHECK_FALSE(merge_key("CronJob", "spec.template.spec.containers").has_value());
  CHECK_FALSE(merge_key("Job", "spec.template.spec.tolerations").has_value());
  CHECK_FALSE(merge_key("Job", "spec.template.spec.containers.envFrom").has_value());
  CHECK_FALSE(merge_key("PrometheusRule", "metadata.finalizers").has_value());
  CHECK_FALSE(merge_key("NetworkPolicy", "spec.egress").has_value());
}

TEST_CASE("a patch that cannot be applied says where and why") {
  CHECK(faults_of("metadata: {labels: [x]}") ==
        "patch.yaml:1:20: error: metadata.labels is a map, and the patch has a list\n"
        "  help: To put something else there, use a JSON patch with the operation replace.\n");
  CHECK(faults_of("spec: {template: {spec: {containers: [{image: x}]}}}") ==
        "patch.yaml:1:39: error: an item of spec.template.spec.containers has no name\n"
        "  help: Items of this list are told apart by name.\n");
  CHECK(faults_of("spec: {template: {spec: {containers: [{name: b, $patch: delete}]}}}") ==
        "patch.yaml:1:39: error: spec.template.spec.containers has no item to delete whose name is b\n");
  CHECK(faults_of("metadata: {labels: {$retainKeys: [x]}}") ==
        "patch.yaml:1:34: error: the directive $retainKeys is not known here\n"
        "  help: To take something away, set it to null, or an item of a list to $patch: delete.\n");
  CHECK(faults_of("metadata: {annotations: {$patch: remove}}") ==
        "patch.yaml:1:34: error: $patch is delete, replace or merge, not \"remove\"\n");
}

TEST_CASE("what a YAML reader could take for something else is refused in free data") {
  CHECK_THROWS_WITH(read_data("a: yes"), Catch::Contains("data.a is yes without quotes"));
  CHECK_THROWS_WITH(read_data("a: 0444"),
                    Catch::Contains("data.a is 0444, which is no whole decimal number"));
  CHECK_THROWS_WITH(read_data("a: [1.5]"),
                    Catch::Contains("data.a[0] is 1.5, which is no whole decimal number"));
  CHECK_THROWS_WITH(read_data("a: 99999999999999999999"), Catch::Contains("data.a is a number too large"));
  CHECK_THROWS_WITH(read_data("a: {b: 1, b: 2}"), Catch::Contains("duplicate key \"b\""));
  const Tree tree = tree_of_data(read_data("{a: \"0444\", b: 1.5.0, c: -3, d: true, e: null, f: [null, x]}"));
  CHECK(tree == Tree(Members{{"a", "0444"}, {"b", "1.5.0"}, {"c", -3}, {"d", true}, {"f", List{"x"}}}));
}

}  // namespace windlass::generator
