// Puts files into ConfigMaps and describes the projected volume that puts them together again.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "generator/plan/script_files.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

inline constexpr std::size_t kShardLimit = 200 * 1024;       // bytes of a ConfigMap that holds several files
inline constexpr std::size_t kConfigMapLimit = 1024 * 1024;  // Kubernetes' own limit of one ConfigMap

struct Shard {
  std::string name;
  Members data;         // key -> text
  Members binary_data;  // key -> base64 of what is not UTF-8
};

struct Mount {
  std::vector<Shard> shards;
  List sources;                // of the projected volume: every file under its path
  std::size_t item_bytes = 0;  // that the sources take in the Job
  std::string digest;          // SHA-256 over paths and bytes
  Diagnostics diagnostics;     // a file that fits in no ConfigMap, more files than a Job can list
};

// Whether the lists of files alone are too long for Argo CD's client-side apply of a Job that mounts both.
bool needs_server_side_apply(const Mount& scripts, const Mount& queries);

// ConfigMaps `stem`-0, `stem`-1, ... in the order of `files`, each below kShardLimit as JSON; a file that is
// larger by itself has one of its own.
Mount mount_files(const std::string& stem, const std::vector<MountedFile>& files);

}  // namespace windlass::generator
