// Puts files into ConfigMaps and describes the projected volume that puts them together again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "generator/plan/script_files.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

inline constexpr std::size_t kShardLimit = 200 * 1024;  // bytes of a ConfigMap that holds several files

struct Shard {
  std::string name;
  Members data;         // key -> text
  Members binary_data;  // key -> base64 of what is not UTF-8
};

struct Mount {
  std::vector<Shard> shards;
  List sources;                // of the projected volume: every file under its path
  std::size_t item_bytes = 0;  // that the sources take in the Job
  std::string digest;          // files_digest of what it holds
};

// SHA-256 over paths and bytes.
std::string files_digest(const std::vector<MountedFile>& files);

// Whether one Job has room for the list of the files: etcd takes 1.5 MiB, and the pod repeats the list.
bool fits_a_job(const std::vector<MountedFile>& files);

std::string base64(std::string_view bytes);

// Whether the lists of files alone are too long for Argo CD's client-side apply of a Job that mounts both.
bool needs_server_side_apply(const Mount& scripts, const Mount& queries);

// ConfigMaps `stem`-0, `stem`-1, ... in the order of `files`, each below kShardLimit as JSON; a file that is
// larger by itself has one of its own. None is above kFileLimit.
Mount mount_files(const std::string& stem, const std::vector<MountedFile>& files);

}  // namespace windlass::generator
