#include "core/project/document.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace windlass;
using namespace windlass::project;

TEST_CASE("no source line of a diagnostic shows a password") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"  password: hunter2", "  password: ***"},
      {"  databasePassword : 'hunter2'", "  databasePassword : ***"},
      {"{\"password\": \"hunter2\", \"a\": 1}", "{\"password\": ***"},
      {"PGPASSWORD=hunter2", "PGPASSWORD= ***"},
      {"url: postgresql://app:hunter2@db/shop", "url: postgresql://app:***@db/shop"},
      {"url: postgresql://app:hunt@er2@db/shop", "url: postgresql://app:***@db/shop"},
      {"url: postgresql://app@db/shop", "url: postgresql://app@db/shop"},
      {"image: registry:5000/x", "image: registry:5000/x"},
      {"passwordSecret: {name: db}", "passwordSecret: {name: db}"},
  };
  for (const auto& [line, expected] : cases) CHECK(without_passwords(line) == expected);
}

TEST_CASE("a diagnostic quotes what a user wrote on one line and shortened") {
  CHECK(in_quotes("abc") == "\"abc\"");
  CHECK(in_quotes("a\nb\tc") == "\"a\\nb\\x09c\"");
  CHECK(in_quotes(std::string(70, 'x')) == "\"" + std::string(60, 'x') + "...\"");
  CHECK(in_quotes(std::string(59, 'x') + "\xC3\xA9z") == "\"" + std::string(59, 'x') + "\xC3\xA9...\"");
}

TEST_CASE("quoted scalars end where YAML ends them") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a: \"x\\\"y\"\n", ""},
      {"a: 'it''s'\n", ""},
      {"a: \"x\\\"\n", "this quote is never closed"},
      {"a: 'it''s\n", "this quote is never closed"},
      {"a: 'x''\n", "this quote is never closed"},
  };
  for (const auto& [text, message] : cases) {
    INFO(text);
    const Source source(text, "f");
    const auto document = parse_document(source);
    CHECK((document.faults.empty() ? std::string() : document.faults.list()[0].message) == message);
  }
}

TEST_CASE("a lone carriage return ends a line for places") {
  const std::string text = "a: 1\rb: 2\rc: 3";
  const Source source(text, "f");
  CHECK(source.position(10) == Position{"f", 3, 1});
  CHECK(source.position(500) == Position{"f", 3, 5});
}
