// Says which settings a run would have and where each comes from.
#pragma once

#include <string>

#include "hook/settings/settings.hpp"

namespace windlass::hook {

// One line per setting: name, value, source. A secret shows as "(set)", the URL as host, port and database.
std::string explain_settings(const Settings& settings);

// Where the settings point to, without user or password, as "host:port/database"; a part that is not set is
// left to libpq and missing here. Empty when nothing is set or the URL is too odd to show safely.
std::string database_address(const Settings& settings);

}  // namespace windlass::hook
