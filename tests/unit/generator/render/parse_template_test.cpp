#include "generator/render/parse_template.hpp"

#include <catch2/catch.hpp>

namespace windlass::generator {
namespace {

std::string faults(const std::string& text) { return to_text(parse_template(text, "job.yaml").diagnostics); }

}  // namespace

TEST_CASE("plain scalars get their types, quoted ones stay text") {
  const auto parsed = parse_template(
      "a: 1\nb: true\nc: \"1\"\nd: 'true'\ne: yes\nf: 1.5\ng: [x, -2]\nh: {i: {}}\nj: ${value}\n", "t.yaml");
  CHECK(parsed.diagnostics.empty());
  CHECK(parsed.result.tree == Members{{"a", 1},
                                      {"b", true},
                                      {"c", "1"},
                                      {"d", "true"},
                                      {"e", "yes"},
                                      {"f", "1.5"},
                                      {"g", List{"x", -2}},
                                      {"h", Members{{"i", Members{}}}},
                                      {"j", "${value}"}});
  REQUIRE(parsed.result.placeholders.size() == 1);
  CHECK(to_string(parsed.result.placeholders.at("value")) == "t.yaml:9:4");
}

TEST_CASE("only a whole value is a placeholder") {
  CHECK(placeholder_name("${a_B1}") == "a_B1");
  CHECK(placeholder_name("${}").empty());
  CHECK(placeholder_name("x${a}").empty());
  CHECK(placeholder_name("${a}x").empty());
  CHECK(placeholder_name("${a}${b}").empty());
  CHECK(placeholder_name("${a b}").empty());
}

TEST_CASE("a faulty template is explained with its place") {
  CHECK(faults("name: x-${name}\n") ==
        "job.yaml:1:7: error: a placeholder must be the whole value\n"
        "  name: x-${name}\n"
        "        ^\n"
        "  help: Write key: ${name}; text around a placeholder belongs into the configuration.\n");
  CHECK(faults("a: 1\n${key}: 2\n") ==
        "job.yaml:2:1: error: a key is plain text\n"
        "  ${key}: 2\n"
        "  ^\n"
        "  help: A placeholder stands for a value; put it behind the colon.\n");
  CHECK(faults("a: 1\na: 2\n") ==
        "job.yaml:2:1: error: 'a' stands here twice\n"
        "  a: 2\n"
        "  ^\n"
        "  help: Leave one of them out.\n");
  CHECK(faults("a:\n") ==
        "job.yaml:1:1: error: a has no value\n"
        "  a:\n"
        "  ^\n"
        "  help: Write a value or a placeholder, or leave the key out.\n");
  CHECK(faults("- a\n") ==
        "job.yaml:1:1: error: a template is a map\n"
        "  - a\n"
        "  ^\n"
        "  help: Begin with apiVersion and kind, as the built-in template does.\n");
  CHECK(faults("a: 1\n---\nb: 2\n") ==
        "job.yaml: error: 2 YAML documents in one template\n"
        "  help: Write exactly one.\n");
  CHECK(faults("") ==
        "job.yaml: error: 0 YAML documents in one template\n"
        "  help: Write exactly one.\n");
  CHECK(faults("a: [1\n").starts_with("job.yaml:"));
  CHECK(faults("a: [1\n").find("error: not YAML: ") != std::string::npos);
}

TEST_CASE("aliases that explode or contain themselves end in a diagnostic") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 8; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int n = 0; n < 9; ++n) bomb += ", " + last;
    bomb += "]\n";
  }
  CHECK(faults(bomb).find("error: the template is too large or too deep\n") != std::string::npos);
  CHECK(faults("a: &a [*a]\n") ==
        "job.yaml:1:4: error: the template is too large or too deep\n"
        "  a: &a [*a]\n"
        "     ^\n"
        "  help: Look for an alias that contains itself.\n");
}

TEST_CASE("a document that begins with a comma is a fault, and not the end of all memory") {
  for (const auto* text : {", a: b\n", "kind: Job\n---\n, a\n", "\"a\" , b\n"}) {
    INFO(text);
    const auto parsed = parse_template(text, "job.yaml");
    REQUIRE(parsed.diagnostics.has_errors());
    CHECK(parsed.diagnostics.list().front().message == "not YAML: a document cannot begin here");
  }
}

}  // namespace windlass::generator
