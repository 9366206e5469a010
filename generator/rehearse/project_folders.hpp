// What a rehearsal takes from a project's folder besides its config: outside/, app/ and the versions of its
// scripts.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/project/project.hpp"
#include "generator/plan/script_files.hpp"
#include "generator/rehearse/objects.hpp"
#include "generator/rehearse/promise.hpp"
#include "generator/rehearse/volumes.hpp"

namespace windlass::generator {

inline constexpr const char* kOutsideFolder = "outside";  // what exists beforehand, such as Secrets
inline constexpr const char* kApplicationFolder = "app";  // the application's own objects

// The manifests in the *.yaml and *.yml files of a folder and those below it, in the order of their paths;
// nothing when there is no such folder. Throws Error(kConfiguration) for a file that is no manifest.
std::vector<nlohmann::json> read_folder(const std::filesystem::path& folder);

// Applies what lies in the project's outside/ folder. Without that folder the Secrets and the authorities of
// the project's connections are made up, with a role and database of the project's name; returns what was
// made up, a sentence for each.
std::vector<std::string> apply_outside(const project::Project& project,
                                       const std::filesystem::path& project_folder, Objects& objects);

// The scripts and queries of the project in the place of the folder `inside` of its pods.
StandIn stand_in_of(const project::Project& project, const std::vector<DatabaseFiles>& files,
                    std::string inside);

// What check_promise needs for one database: its versions from the scripts, its containers from the rendered
// `documents`. Throws Error(kInternal) when they hold no migrate container for it.
PromiseTask promise_task(const project::Project& project, const project::Database& database,
                         const std::vector<nlohmann::json>& documents);

}  // namespace windlass::generator
