// Ties each row of the settings table to the member of Settings that holds its value.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/contract/settings.hpp"
#include "hook/settings/settings.hpp"

namespace windlass::hook {

using Member = std::variant<std::string Settings::*, std::vector<std::string> Settings::*,
                            std::map<std::string, std::string> Settings::*, bool Settings::*, int Settings::*,
                            std::optional<int> Settings::*, Milliseconds Settings::*,
                            std::filesystem::path Settings::*, Secret Settings::*, OutputFormat Settings::*,
                            Batching Settings::*, log::Format Settings::*, log::Level Settings::*>;

struct Binding {
  std::string_view name;
  Member member;
};

// One for every row of setting_table(), in its order.
std::span<const Binding> bindings();

// The member of `name`, which must be a setting.
const Member& member_of(std::string_view name);

// Takes apart what a flag or an environment name carries: one piece for most kinds, the entries of a list or
// map. Blanks around an entry and empty entries of a list do not count.
std::vector<std::string> split_value(const SettingRow& row, std::string_view text);

// Puts the pieces into the member. Returns what is wrong with them ("is not a duration"), empty when they
// fit.
struct ValueFault {
  std::string message;
  std::string help;
};
std::optional<ValueFault> assign(Settings& settings, const SettingRow& row,
                                 const std::vector<std::string>& pieces);

// The value as a flag would carry it; "(set)" for a secret, empty for one that is not set.
std::string display_value(const Settings& settings, const SettingRow& row);

}  // namespace windlass::hook
