#include "hook/settings/bindings.hpp"

#include <catch2/catch.hpp>

using namespace windlass;
using namespace windlass::hook;

namespace {

bool fits(SettingKind kind, const Member& member) {
  const auto holds = [&](auto pointer) { return std::holds_alternative<decltype(pointer)>(member); };
  switch (kind) {
    case SettingKind::kList: return holds(&Settings::schemas);
    case SettingKind::kMap: return holds(&Settings::placeholders);
    case SettingKind::kBool: return holds(&Settings::dry_run);
    case SettingKind::kCount: return holds(&Settings::retries) || holds(&Settings::database_port);
    case SettingKind::kDuration: return holds(&Settings::deadline);
    case SettingKind::kPath: return holds(&Settings::backup_dir);
    case SettingKind::kSecret: return holds(&Settings::database_url);
    case SettingKind::kText:
      return holds(&Settings::target) || holds(&Settings::output) || holds(&Settings::log_format) ||
             holds(&Settings::log_level) || holds(&Settings::batch);
  }
  return false;
}

}  // namespace

TEST_CASE("every row of the settings table has a member of its kind, in the same order") {
  const auto rows = setting_table();
  REQUIRE(bindings().size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(rows[i].name);
    CHECK(bindings()[i].name == rows[i].name);
    CHECK(fits(rows[i].kind, bindings()[i].member));
  }
}

TEST_CASE("every default can be assigned and is shown as it was written") {
  for (const auto& row : setting_table()) {
    CAPTURE(row.name);
    if (row.default_value.empty()) continue;
    Settings settings;
    CHECK_FALSE(assign(settings, row, split_value(row, row.default_value)));
    const auto expected =
        row.name == "connect-timeout" ? "1m" : row.default_value;  // 60s in its shortest form
    CHECK(display_value(settings, row) == expected);
  }
}

TEST_CASE("lists and maps are split at commas, other values are not") {
  CHECK(split_value(*find_setting("schemas"), " a, b,,c ") == std::vector<std::string>{"a", "b", "c"});
  CHECK(split_value(*find_setting("placeholders"), "a=1,b=2") == std::vector<std::string>{"a=1", "b=2"});
  CHECK(split_value(*find_setting("target"), " 1,2 ") == std::vector<std::string>{" 1,2 "});
  CHECK(split_value(*find_setting("schemas"), "").empty());
}

TEST_CASE("a value that does not fit says why") {
  struct Case {
    const char* name;
    std::vector<std::string> pieces;
    const char* message;
    const char* help;
  };
  const auto c = GENERATE(values<Case>({
      {"dry-run", {"yes"}, "\"yes\" is none of true, false", ""},
      {"output", {"xml"}, "\"xml\" is none of text, json", ""},
      {"log-format", {"x"}, "\"x\" is none of auto, text, json", ""},
      {"log-level", {"trace"}, "\"trace\" is none of debug, info, warning, error", ""},
      {"retries", {"-1"}, "\"-1\" is not a whole number from 0 to 2147483647", ""},
      {"retries", {"3x"}, "\"3x\" is not a whole number from 0 to 2147483647", ""},
      {"retries", {""}, "\"\" is not a whole number from 0 to 2147483647", ""},
      {"retries", {"99999999999"}, "\"99999999999\" is not a whole number from 0 to 2147483647", ""},
      {"database-port",
       {"tcp://10.0.0.1:5432"},
       "\"tcp://10.0.0.1:5432\" is not a whole number from 0 to 2147483647",
       "Kubernetes puts it there for a Service of that name; set enableServiceLinks: false on the pod."},
      {"deadline", {"5x"}, "\"5x\" is not a duration", "Write it as 500ms, 30s, 15m or 1h30m."},
      {"deadline", {"1000h"}, "\"1000h\" is longer than 24 days", ""},
      {"placeholders", {"a"}, "an entry is not name=value", "Write each entry as name=value."},
      {"placeholders", {"=a"}, "an entry is not name=value", "Write each entry as name=value."},
      {"placeholders", {"a=1", "a=2"}, "a is given twice", ""},
  }));
  CAPTURE(c.name, c.pieces);
  Settings settings;
  const auto fault = assign(settings, *find_setting(c.name), c.pieces);
  REQUIRE(fault);
  CHECK(fault->message == c.message);
  CHECK(fault->help == c.help);
}

TEST_CASE("the value of a map may hold the sign that ends its name") {
  Settings settings;
  CHECK_FALSE(assign(settings, *find_setting("placeholders"), {" a =b=c,d", "e="}));
  CHECK(settings.placeholders == std::map<std::string, std::string>{{"a", "b=c,d"}, {"e", ""}});
}
