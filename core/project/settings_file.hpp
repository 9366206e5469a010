// Reads the hook's settings file: a YAML map of core/contract's settings by their camelCase keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/diagnostic.hpp"

namespace windlass::project {

struct FileSetting {
  std::string name;   // the row's name: "lock-timeout"
  std::string value;  // as a flag would carry it: lists comma-separated, maps as name=value,name=value
  Position position;
  std::vector<std::string> items = {};  // of a list or map its entries one by one, commas and all
};

struct SettingsFile {
  std::vector<FileSetting> settings;
  Diagnostics diagnostics;  // unknown and duplicate keys, wrong types, values that do not parse, credentials
};

SettingsFile parse_settings_file(std::string_view text, const std::string& file);

}  // namespace windlass::project
