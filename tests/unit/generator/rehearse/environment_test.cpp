#include "generator/rehearse/environment.hpp"

#include <catch2/catch.hpp>

#include "core/base/error.hpp"

using namespace windlass;
using namespace windlass::generator;
using nlohmann::json;

namespace {

Objects some_objects() {
  Objects objects;
  objects.apply(json::parse(
      R"({"kind": "Secret", "metadata": {"name": "db"}, "stringData": {"url": "u", "pass word": "p"},
                                "data": {"binary": "AAEC"}})"));
  objects.apply(
      json::parse(R"({"kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"level": "debug"}})"));
  return objects;
}

const PodFacts kPod{"pod-1", "shop", "migrate", {{"app", "x"}}, {{"note", "y"}}};

Environment environment_of(const std::string& container) {
  return container_environment(json::parse(container), some_objects(), kPod);
}

std::string fault_of(const std::string& container) {
  try {
    environment_of(container);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string env(const std::string& entry) { return R"({"env": [{"name": "A", )" + entry + "}]}"; }

}  // namespace

TEST_CASE("values come from literals, Secrets, ConfigMaps and the pod") {
  CHECK(
      environment_of(R"({"env": [
      {"name": "A", "value": "1"},
      {"name": "B", "valueFrom": {"secretKeyRef": {"name": "db", "key": "url"}}},
      {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "level"}}},
      {"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
      {"name": "E", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
      {"name": "F", "valueFrom": {"fieldRef": {"fieldPath": "metadata.annotations['note']"}}},
      {"name": "G", "valueFrom": {"secretKeyRef": {"name": "none", "key": "x", "optional": true}}},
      {"name": "H"}]})") ==
      Environment{{"A", "1"}, {"B", "u"}, {"C", "debug"}, {"D", "shop"}, {"E", "x"}, {"F", "y"}, {"H", ""}});
}

TEST_CASE("envFrom comes first, with its prefix, and env replaces it") {
  CHECK(environment_of(R"({"envFrom": [{"prefix": "S_", "configMapRef": {"name": "settings"}}],
                           "env": [{"name": "S_level", "value": "info"}]})") ==
        Environment{{"S_level", "info"}});
  CHECK(environment_of(R"({"envFrom": [{"secretRef": {"name": "db"}}]})") ==
        Environment{{"binary", std::string("\0\1\2", 3)}, {"pass word", "p"}, {"url", "u"}});
}

TEST_CASE("references are expanded as the kubelet does it") {
  const Environment known{{"A", "1"}, {"B", ""}};
  const std::vector<std::pair<std::string, std::string>> cases{{"$(A)", "1"},    {"x$(A)y$(B)z", "x1yz"},
                                                               {"$(C)", "$(C)"}, {"$$(A)", "$(A)"},
                                                               {"$$$(A)", "$1"}, {"$A ${A}", "$A ${A}"},
                                                               {"$(A", "$(A"},   {"cost $", "cost $"},
                                                               {"$$", "$"},      {"", ""}};
  for (const auto& [text, expanded] : cases) CHECK(expand_references(text, known) == expanded);
}

TEST_CASE("only what stands before a variable is known to it") {
  CHECK(
      environment_of(
          R"json({"env": [{"name": "A", "value": "$(B)"}, {"name": "B", "value": "2"}, {"name": "C", "value": "$(B)"}]})json") ==
      Environment{{"A", "$(B)"}, {"B", "2"}, {"C", "2"}});
}

TEST_CASE("what keeps a container from being created is said in the kubelet's words") {
  CHECK(fault_of(env(R"("valueFrom": {"secretKeyRef": {"name": "none", "key": "x"}})")) ==
        "secret \"none\" not found");
  CHECK(fault_of(env(R"("valueFrom": {"configMapKeyRef": {"name": "none", "key": "x"}})")) ==
        "configmap \"none\" not found");
  CHECK(fault_of(env(R"("valueFrom": {"secretKeyRef": {"name": "db", "key": "x"}})")) ==
        "couldn't find key x in secret \"db\"");
  CHECK(fault_of(R"({"envFrom": [{"secretRef": {"name": "none"}}]})") == "secret \"none\" not found");
}

TEST_CASE("what a rehearsal does not have, and what is no text, is refused") {
  CHECK(fault_of(env(R"("valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}})")) ==
        "the source of the variable A is not known to a rehearsal");
  CHECK(fault_of(env(R"("valueFrom": {"fieldRef": {"fieldPath": "status.phase"}})")) ==
        "fieldRef status.phase is not known to a rehearsal");
  CHECK(fault_of(env(R"("value": 1)")) == "value is 1, which is no text");
  CHECK(fault_of(R"({"env": {}})") == "env is no list");
  CHECK_THROWS_WITH(texts_at(json::parse(R"({"args": [true]})"), "args"),
                    "args holds true, which is no text");
}

TEST_CASE("base64 is decoded, and what is none is noticed") {
  CHECK(decode_base64("cG9zdGdyZXM=") == "postgres");
  CHECK(decode_base64("YQ==\n") == "a");
  CHECK(decode_base64("") == "");
  for (const auto* bad : {"a", "YQ=", "YQ==YQ==", "Y===", "!!!!"}) CHECK(decode_base64(bad) == std::nullopt);
}

TEST_CASE("a Secret or ConfigMap with wrong data is refused by name") {
  Objects objects;
  const auto fault = [&](const char* object) {
    try {
      objects.apply(json::parse(object));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(fault(R"({"kind": "Secret", "metadata": {"name": "db"}, "data": {"url": "?"}})") ==
        "Secret/db: data.url is not base64");
  CHECK(fault(R"({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"n": 1}})") ==
        "ConfigMap/c: data.n is not a text");
  CHECK(fault(R"({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": []})") ==
        "ConfigMap/c: data is no mapping");
}
