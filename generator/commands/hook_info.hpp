// Asks windlass-hook, as a child process, what a database holds: the generator itself links no database
// client.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "core/base/secret.hpp"
#include "core/project/project.hpp"

namespace windlass::generator {

// What `windlass-hook info --output json` prints for the database at `url`, with the project's settings and
// its scripts as they lie here; of one tenant when `tenant`, which the database has, is not empty. The URL
// travels in the child's environment. Waits at most two minutes. Throws Error with the hook's own code and
// message when it failed.
nlohmann::json hook_info(const project::Project& project, const project::Database& database,
                         const Secret& url, const std::string& tenant,
                         const std::optional<std::filesystem::path>& hook);

}  // namespace windlass::generator
