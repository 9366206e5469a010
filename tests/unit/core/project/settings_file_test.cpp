#include "core/project/settings_file.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace windlass;
using namespace windlass::project;

TEST_CASE("settings arrive as a flag would carry them") {
  const auto file = parse_settings_file(
      "lockTimeout: 500ms\n"
      "schemas: [app, audit]\n"
      "placeholders: {owner: app, list: \"a,b\"}\n"
      "out_of_order: true\n"
      "retries: 3\n"
      "baselineVersion: 1.10\n"
      "installedBy: \"\"\n",
      "settings.yaml");
  CHECK(to_text(file.diagnostics).empty());
  REQUIRE(file.settings.size() == 7);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"lock-timeout", "500ms"}, {"schemas", "app,audit"}, {"placeholders", "owner=app,list=a,b"},
      {"out-of-order", "true"},  {"retries", "3"},         {"baseline-version", "1.10"},
      {"installed-by", ""},
  };
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(file.settings[i].name == expected[i].first);
    CHECK(file.settings[i].value == expected[i].second);
  }
  CHECK(file.settings[1].items == std::vector<std::string>{"app", "audit"});
  CHECK(file.settings[2].items == std::vector<std::string>{"owner=app", "list=a,b"});
  CHECK(file.settings[3].position == Position{"settings.yaml", 4, 15});
}

TEST_CASE("every fault of a settings file is reported with its place and its help") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"lockTimeot: 1s\n", "unknown setting \"lockTimeot\" | Did you mean \"lockTimeout\"?"},
      {"zzzzzzzzzzzz: 1s\n", "unknown setting \"zzzzzzzzzzzz\" | windlass-hook --help lists the settings."},
      {"lockTimeout: 1s\nlock_timeout: 2s\n",
       "duplicate setting \"lock_timeout\", first on line 1 | Remove one of the two."},
      {"settings: other.yaml\n", "a settings file cannot name another one | Write the settings here."},
      {"databasePassword: x\n",
       "no credentials in this file: databasePassword | Set WINDLASS_DATABASE_PASSWORD_FILE to a file that "
       "holds it."},
      {"databaseUrl: x\n",
       "no credentials in this file: databaseUrl | Set WINDLASS_DATABASE_URL_FILE to a file that holds it."},
      {"target:\n", "target has no value | Give it one, or remove the key."},
      {"schemas: app\n", "schemas must be a list, not \"app\" | Write [\"app\"] if it is one item."},
      {"schemas: {a: b}\n", "schemas must be a list, not a map | "},
      {"schemas: [\"a,b\"]\n",
       "schemas must be one line of text, not empty, without a comma, not \"a,b\" | "},
      {"placeholders: [a]\n", "placeholders must be a map, not a list | "},
      {"placeholders: {a: 1, a: 2}\n", "duplicate name \"a\" in placeholders | Remove one of the two."},
      {"placeholders: {\"a=b\": 1}\n",
       "the name \"a=b\" in placeholders must be a name without blanks, commas and equals signs | "},
      {"placeholders: {a: [x]}\n", "placeholders.a must be text, not a list | "},
      {"placeholders: {a: yes}\n",
       "placeholders.a is yes without quotes, which YAML may read as a boolean | Write \"yes\"."},
      {"dryRun: yes\n", "dryRun must be true or false, not \"yes\" | "},
      {"dryRun: \"true\"\n", "dryRun must be true or false, not \"true\" | "},
      {"retries: -1\n", "retries must be a whole number, 0 or more, not \"-1\" | "},
      {"retries: many\n", "retries must be a whole number, 0 or more, not \"many\" | "},
      {"deadline: 15\n", "deadline must be a duration such as 500ms, 30s, 15m or 1h30m, not \"15\" | "},
      {"target: [1]\n", "target must be text, not a list | "},
      {"- a\n", "the file must be a map of settings, not a list | "},
      {"", "the file is empty | "},
      {"a: [\n",
       "cannot read this as YAML: end of sequence flow not found | Look at the line above as well: quotes, "
       "brackets, indentation and colons."},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const auto file = parse_settings_file(text, "settings.yaml");
    REQUIRE(file.diagnostics.list().size() == 1);
    const auto& fault = file.diagnostics.list()[0];
    CHECK(fault.message + " | " + fault.help == expected);
    CHECK(fault.source.find("databasePassword") == std::string::npos);
  }
}
