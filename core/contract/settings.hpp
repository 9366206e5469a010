// The settings of windlass-hook: one row each for flag, environment name, file key, default and help.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace windlass {

enum class SettingKind {
  kText,
  kList,      // comma-separated in a flag or the environment, a YAML list in the settings file
  kMap,       // name=value, repeatable as a flag, comma-separated in the environment, a YAML map in the file
  kBool,      // true or false; a flag without a value is true
  kCount,     // a whole number, 0 or more
  kDuration,  // "500ms", "30s", "15m", "1h"
  kPath,
  kSecret,  // never printed
};

struct SettingRow {
  std::string_view name;  // the flag without dashes: "lock-timeout"
  SettingKind kind;
  std::string_view default_value;  // as it would be written; empty: none
  std::string_view help;           // one sentence
};

// Every setting, in the order in which --help and the docs list them.
std::span<const SettingRow> setting_table();

// Null when `name` is no setting.
const SettingRow* find_setting(std::string_view name);

// "lock-timeout" -> "WINDLASS_LOCK_TIMEOUT". With "_FILE" behind it the value is read from that file.
std::string setting_environment_name(std::string_view name);

// "lock-timeout" -> "lockTimeout", as it stands in the settings file.
std::string setting_file_key(std::string_view name);

}  // namespace windlass
