#include "generator/tree/emit.hpp"

#include <yaml-cpp/yaml.h>

#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace windlass::generator {
namespace {

std::string read_back(const std::string& yaml, const std::string& key) {
  return YAML::Load(yaml)[key].as<std::string>();
}

}  // namespace

TEST_CASE("scalars that a reader would take for another type are quoted") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"Never", "Never"},
      {"windlass-hook", "windlass-hook"},
      {"/windlass/sql", "/windlass/sql"},
      {"a=b,c=d", "a=b,c=d"},
      {"100m", "100m"},
      {"256Mi", "256Mi"},
      {"postgresql://db", "postgresql://db"},
      {"", "\"\""},
      {"true", "\"true\""},
      {"No", "\"No\""},
      {"on", "\"on\""},
      {"y", "\"y\""},
      {"null", "\"null\""},
      {"~", "\"~\""},
      {"1", "\"1\""},
      {"1.29", "\"1.29\""},
      {"-5", "\"-5\""},
      {"1e3", "\"1e3\""},
      {"0x10", "\"0x10\""},
      {"12:30:45", "\"12:30:45\""},
      {"2026-01-01", "\"2026-01-01\""},
      {"a: b", "\"a: b\""},
      {"a #b", "\"a #b\""},
      {"a:", "\"a:\""},
      {" a", "\" a\""},
      {"a ", "\"a \""},
      {"*alias", "\"*alias\""},
      {"<<", "\"<<\""},
      {"say \"x\"", "\"say \\\"x\\\"\""},
      {"back\\slash", "\"back\\\\slash\""},
      {"a\r\nb", "\"a\\r\\nb\""},
      {"tab\there", "\"tab\\there\""},
      {"\xEF\xBB\xBFx", "\"\\uFEFFx\""},
      {"bell\a", "\"bell\\u0007\""},
      {"grün", "\"grün\""},
  }));
  const std::string yaml = emit_yaml({{"key", text}});
  CHECK(yaml == "key: " + expected + "\n");
  CHECK(read_back(yaml, "key") == text);
}

TEST_CASE("several lines stand as a literal block that keeps every line end") {
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"a\nb\n", "key: |\n  a\n  b\n"},
      {"a\nb", "key: |-\n  a\n  b\n"},
      {"a\n\n\n", "key: |+\n  a\n\n\n"},
      {"a\n\nb\n", "key: |\n  a\n\n  b\n"},
      {"  a\nb\n", "key: |2\n    a\n  b\n"},
      {"\na\n", "key: |2\n\n  a\n"},
      {"a  \n\tb\n", "key: |\n  a  \n  \tb\n"},
      {"---\n# x\n", "key: |\n  ---\n  # x\n"},
      {"\n\n", "key: \"\\n\\n\"\n"},
  }));
  const std::string yaml = emit_yaml({{"key", text}});
  CHECK(yaml == expected);
  CHECK(read_back(yaml, "key") == text);
}

TEST_CASE("maps and lists are laid out as Kubernetes tools do") {
  const Tree list = List{Members{{"name", "a"}, {"on", Members{{"x", 1}}}}, "b", List{"c", List{"d"}}};
  CHECK(emit_yaml({{"list", list}, {"none", List{}}, {"empty", Members{}}, {"flag", true}, {"number", -3}}) ==
        "list:\n"
        "- name: a\n"
        "  \"on\":\n"
        "    x: 1\n"
        "- b\n"
        "-\n"
        "  - c\n"
        "  -\n"
        "    - d\n"
        "none: []\n"
        "empty: {}\n"
        "flag: true\n"
        "number: -3\n");
}

TEST_CASE("any text comes back from a reader as it went in") {
  std::mt19937 random(20261121);
  const std::string alphabet = "ab \n\t:#-'\"\\{}[]|>%@&*!?,~0.\r";
  std::uniform_int_distribution<std::size_t> pick(0, alphabet.size() - 1);
  std::uniform_int_distribution<int> length(0, 24);
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    for (int n = length(random); n > 0; --n) text += alphabet[pick(random)];
    const std::string yaml = emit_yaml({{"outer", Members{{"key", text}}}, {"list", List{text, "end"}}});
    CAPTURE(text, yaml);
    const auto node = YAML::Load(yaml);
    REQUIRE(node["outer"]["key"].as<std::string>() == text);
    REQUIRE(node["list"][0].as<std::string>() == text);
    REQUIRE(node["list"][1].as<std::string>() == "end");
  }
}

}  // namespace windlass::generator
