#include "generator/render/read/read_manifests.hpp"

#include <catch2/catch.hpp>

#include "core/base/error.hpp"

using namespace windlass;
using namespace windlass::generator;
using nlohmann::json;

namespace {

std::string fault_of(const std::string& text) {
  try {
    read_manifests(text, "app.yaml");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("scalars get the types that Kubernetes gives them, quoted ones stay texts") {
  CHECK(read_manifests("a: 1\nb: \"1\"\nc: yes\nd: 'yes'\ne: ~\nf:\ng: 1.5\nh: text\ni: -3\nj: 1.4.0\nk: "
                       "false\nl: |\n  1\n",
                       "x") ==
        std::vector<json>{
            json::parse(R"({"a":1,"b":"1","c":true,"d":"yes","e":null,"f":null,"g":1.5,"h":"text","i":-3,
                                          "j":"1.4.0","k":false,"l":"1\n"})")});
}

TEST_CASE("documents come one by one, empty ones do not count, and a List stands as its items") {
  CHECK(read_manifests("---\n# nothing\n---\nkind: A\n---\nkind: List\nitems:\n- kind: B\n- kind: C\n",
                       "x") == std::vector<json>{{{"kind", "A"}}, {{"kind", "B"}}, {{"kind", "C"}}});
  CHECK(read_manifests("", "x").empty());
}

TEST_CASE("aliases are followed") {
  CHECK(read_manifests("a: &x [1]\nb: *x\n", "x") == std::vector<json>{json::parse(R"({"a":[1],"b":[1]})")});
}

TEST_CASE("text that is no manifest is an error with its place") {
  CHECK(fault_of("a: [1\n").starts_with("app.yaml:2:1: "));
  CHECK(fault_of("- a\n") == "app.yaml:1:1: a document is no mapping");
  CHECK(fault_of("a: 1\na: 2\n") == "app.yaml:2:1: the key a stands twice");
  CHECK(fault_of("? [a]\n: 1\n") == "app.yaml:1:3: a key is not a text");
}

TEST_CASE("aliases that blow a document up end in an error") {
  std::string text = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 8; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int n = 0; n < 9; ++n) text += "," + before;
    text += "]\n";
  }
  CHECK(fault_of(text).find("too large or too deep") != std::string::npos);
}

TEST_CASE("placed manifests say where keys and items stand, those of a List too") {
  const auto read = read_placed_manifests(
      "kind: Job\nmetadata:\n  annotations:\n    a/b~c: x\nitems:\n- 1\n- {k: v}\n---\n"
      "kind: List\nitems:\n- kind: A\n  name: a\n",
      "app.yaml");
  REQUIRE(read.size() == 2);
  const auto& places = read[0].places;
  CHECK(places.at("") == windlass::Position{"app.yaml", 1, 1});
  CHECK(places.at("/metadata/annotations/a~1b~0c") == windlass::Position{"app.yaml", 4, 5});
  CHECK(places.at("/items/1") == windlass::Position{"app.yaml", 7, 3});
  CHECK(places.at("/items/1/k") == windlass::Position{"app.yaml", 7, 4});
  CHECK(read[1].places.at("") == windlass::Position{"app.yaml", 11, 3});
  CHECK(read[1].places.at("/name") == windlass::Position{"app.yaml", 12, 3});
}
