#include "core/contract/settings.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

namespace windlass {

TEST_CASE("the settings that outside tools rely on are there") {
  const auto* name = GENERATE("settings", "database-url", "locations", "layout", "default-schema", "schemas",
                              "history-table", "environment", "target", "dry-run", "placeholders",
                              "lock-timeout", "statement-timeout", "retries", "deadline", "backup-dir",
                              "backup-retention", "expect-version", "expect-digest", "confirm",
                              "safety-delay", "output", "log-format", "log-level", "termination-log");
  CAPTURE(name);
  REQUIRE(find_setting(name) != nullptr);
  CHECK(find_setting(name)->name == name);
}

TEST_CASE("every setting has a name of its own in the flag, the environment and the file") {
  std::set<std::string> flags, environment, keys;
  for (const auto& row : setting_table()) {
    CAPTURE(row.name);
    CHECK(std::all_of(row.name.begin(), row.name.end(),
                      [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; }));
    CHECK(flags.insert(std::string(row.name)).second);
    CHECK(environment.insert(setting_environment_name(row.name)).second);
    CHECK(keys.insert(setting_file_key(row.name)).second);
    CHECK(row.help.ends_with('.'));
    CHECK(find_setting(row.name) == &row);
  }
}

TEST_CASE("no setting's environment name is another's with _FILE behind it") {
  std::set<std::string> names;
  for (const auto& row : setting_table()) names.insert(setting_environment_name(row.name));
  for (const auto& name : names) CHECK(names.count(name + "_FILE") == 0);
}

TEST_CASE("a default is a value of the setting's kind") {
  for (const auto& row : setting_table()) {
    CAPTURE(row.name);
    if (row.kind == SettingKind::kBool) CHECK((row.default_value == "true" || row.default_value == "false"));
    if (row.kind == SettingKind::kSecret) CHECK(row.default_value.empty());
    if (row.kind == SettingKind::kCount && !row.default_value.empty()) {
      CHECK(row.default_value.find_first_not_of("0123456789") == std::string_view::npos);
    }
    if (row.kind == SettingKind::kDuration) CHECK_FALSE(row.default_value.empty());
  }
}

TEST_CASE("names are formed as documented") {
  CHECK(setting_environment_name("lock-timeout") == "WINDLASS_LOCK_TIMEOUT");
  CHECK(setting_environment_name("settings") == "WINDLASS_SETTINGS");
  CHECK(setting_file_key("lock-timeout") == "lockTimeout");
  CHECK(setting_file_key("undo-sql-migration-prefix") == "undoSqlMigrationPrefix");
  CHECK(setting_file_key("retries") == "retries");
}

TEST_CASE("an unknown setting is none") {
  CHECK(find_setting("") == nullptr);
  CHECK(find_setting("lockTimeout") == nullptr);
}

}  // namespace windlass
