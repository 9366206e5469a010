// The names of rendered objects, files and ConfigMap keys, each within what Kubernetes takes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/project/project.hpp"

namespace windlass::generator {

inline constexpr std::size_t kNameLimit = 63;         // a Job's name becomes a label of its pods
inline constexpr std::size_t kCronJobNameLimit = 52;  // Kubernetes appends 11 characters for its Jobs
inline constexpr std::size_t kKeyLimit = 253;         // of a ConfigMap
inline constexpr std::size_t kHashDigits = 8;         // of a hash within a name

// "storefront", or "storefront-audit" when the project has several databases.
std::string base_name(const project::Project& project, const project::Database& database);

// "base-suffix", at most `limit` characters: a base that is too long is cut, and eight digits of its hash
// keep it apart from others.
std::string fit_name(std::string_view base, std::string_view suffix, std::size_t limit = kNameLimit);

// Of the Argo CD Application of this environment: "storefront-prod".
std::string application_name(const project::Project& project);

// The ServiceAccount of the hook Jobs, and that of the rollback. Never hashed, because cloud roles are bound
// to them. Equal when the project brings its own.
std::string service_account_name(const project::Project& project);
std::string rollback_service_account_name(const project::Project& project);

// `path` as a ConfigMap key: what is not allowed becomes '_'. Two paths may get the same key.
std::string config_map_key(std::string_view path);

// A location of the project as a folder below the mount: "sql", "db/migrations"; an absolute path and parent
// folders lose what would lead outside.
std::string mount_folder(std::string_view location);

}  // namespace windlass::generator
