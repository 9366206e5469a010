// Reads the files of a project that travel into the cluster: scripts, their .conf files and verify queries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/migrations/script_set.hpp"
#include "core/project/project.hpp"

namespace windlass::generator {

// Bytes of the largest file that a ConfigMap holds: Kubernetes' 1 MiB without the longest key.
inline constexpr std::size_t kFileLimit = 1024 * 1024 - 253;

struct MountedFile {
  std::string path;   // below the mount: "sql/V1__create_orders.sql"
  std::string bytes;  // as they lie in the file; empty when no ConfigMap holds so many
  std::string file;   // as it was opened
  std::uintmax_t size = bytes.size();
};

// A folder of a project that holds scripts or queries.
struct ScriptFolder {
  std::string mounted;  // below the mount of ConfigMaps: "shared/sql"
  std::string path;     // from the project's folder: "../shared/sql", "."

  friend bool operator==(const ScriptFolder&, const ScriptFolder&) = default;
};

// What the pods of one database get to see.
struct DatabaseFiles {
  std::string set_digest;
  std::string head_version;             // where a migration ends; empty: the files do not say
  std::string expand_version;           // the same without the scripts marked contract, which come later
  bool has_contract = false;            // some script is so marked
  std::vector<ScriptFolder> locations;  // that hold scripts
  std::vector<MountedFile> scripts;
  std::vector<ScriptFolder> verify_locations;  // that hold queries
  std::vector<MountedFile> queries;
  std::string tenants;         // the list, as it lies in its file; empty: there is none
  std::string tenants_digest;  // its SHA-256
  Diagnostics diagnostics;     // of the script set; with errors in it the rest is not to be used
};

// How the project's settings say that its scripts are named and read.
migrations::SetRules set_rules(const project::Project& project);

// Relative locations are taken from the folder of the project's file. No script at all is an error.
DatabaseFiles read_database_files(const project::Project& project, const project::Database& database);

}  // namespace windlass::generator
