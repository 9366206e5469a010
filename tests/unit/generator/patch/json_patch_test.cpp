#include "generator/patch/json_patch.hpp"

#include <catch2/catch.hpp>

#include "generator/patch/strategic_merge.hpp"
#include "tests/unit/generator/patch/read_data.hpp"

namespace windlass::generator {
namespace {

using project::JsonOperation;

const char* const kObject =
    "{kind: Job, metadata: {annotations: {a/b: one}}, list: [one, two], on: true, n: 3}";

JsonOperation operation(const std::string& op, const std::string& path, const std::string& value = "",
                        const std::string& from = "") {
  return {op,
          path,
          from,
          value.empty() ? std::nullopt : std::optional(read_data("v: " + value).members[0].second),
          {"windlass.yaml", 7, 3}};
}

std::string patched(const std::vector<JsonOperation>& operations, const std::string& expected) {
  Diagnostics faults;
  const Tree result = json_patch(tree_of_data(read_data(kObject)), operations, faults);
  CHECK((expected.empty() || result == tree_of_data(read_data(expected))));
  return to_text(faults);
}

}  // namespace

TEST_CASE("each operation of RFC 6902 does its work, and what it leaves alone keeps order and type") {
  CHECK(patched({operation("add", "/metadata/annotations/c~1d", "two"),
                 operation("remove", "/metadata/annotations/a~1b"),
                 operation("add", "/list/1", "{name: new}"), operation("add", "/list/-", "last"),
                 operation("replace", "/n", "4"), operation("test", "/on", "true"),
                 operation("copy", "/m", "", "/n"), operation("move", "/moved", "", "/list/0")},
                "{kind: Job, metadata: {annotations: {c/d: two}}, list: [{name: new}, two, last], on: true, "
                "n: 4, m: 4, "
                "moved: one}") == "");
}

TEST_CASE("an operation that cannot be done says which and why") {
  const std::string place = "windlass.yaml:7:3: error: ";
  const std::string help =
      "\n  help: Look at the rendered object; add needs what is above the place to be there.\n";
  CHECK(patched({operation("remove", "/metadata/labels")}, kObject) ==
        place + "remove /metadata/labels cannot be done: key 'labels' not found" + help);
  CHECK(patched({operation("add", "/spec/x", "1")}, kObject) ==
        place + "add /spec/x cannot be done: key 'spec' not found" + help);
  CHECK(patched({operation("replace", "/list/7", "1")}, kObject) ==
        place + "replace /list/7 cannot be done: array index 7 is out of range" + help);
  CHECK(patched({operation("add", "/list/first", "1")}, kObject) ==
        place + "add /list/first cannot be done: array index 'first' is not a number" + help);
  CHECK(patched({operation("test", "/n", "4")}, kObject) ==
        place +
            "test /n cannot be done: the value there is another\n"
            "  help: The object has changed since the test was written: look at both.\n");
  CHECK(patched({operation("add", "/n/x", "1")}, kObject) ==
        place + "add /n/x cannot be done: /n is one value\n  help: Name a place in a map or a list.\n");
  CHECK(patched({operation("remove", "/n/x")}, kObject) ==
        place + "remove /n/x cannot be done: /n is one value\n  help: Name a place in a map or a list.\n");
  CHECK(patched({operation("add", "/a~2", "1")}, kObject) ==
        place + "add /a~2 cannot be done: escape character '~' must be followed with '0' or '1'" + help);
}

}  // namespace windlass::generator
