// The volumes of a pod as folders on this machine.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "generator/rehearse/objects.hpp"
#include "generator/rehearse/path_map.hpp"

namespace windlass::generator {

// The files of a ConfigMap, Secret or projected volume: path inside the volume -> bytes.
using VolumeFiles = std::map<std::string, std::string>;

// What becomes of a file before it is written, from its path inside the volume and its bytes; nothing leaves
// it out.
using Translate =
    std::function<std::optional<std::string>(const std::string& path, const std::string& bytes)>;

class Volumes {
 public:
  // emptyDirs live below `pod_folder`, as long as the pod; claims below `claims_folder`, as long as the
  // cluster.
  Volumes(const nlohmann::json& pod_spec, const Objects& objects, std::filesystem::path pod_folder,
          std::filesystem::path claims_folder);

  // Makes the folders that `container` mounts and says where they lie. Throws Error(kConfiguration) in the
  // kubelet's words for what is missing (configmap "x" not found), and for a volume that a rehearsal cannot
  // make.
  PathMap mount(const nlohmann::json& container);
  // Writes the files of the ConfigMap, Secret and projected volumes that mount() found, laid out as the
  // kubelet does: behind the symbolic link ..data. After mount(), so that `translate` knows every path.
  void write(const nlohmann::json& container, const Translate& translate) const;

 private:
  const nlohmann::json& volume(const std::string& name) const;
  std::filesystem::path folder_of(const nlohmann::json& volume, const std::string& container) const;

  const nlohmann::json& pod_spec_;
  const Objects& objects_;
  std::filesystem::path pod_folder_;
  std::filesystem::path claims_folder_;
};

// The files that a volume of this definition holds; empty for an emptyDir or a claim.
VolumeFiles volume_files(const nlohmann::json& volume, const Objects& objects);

}  // namespace windlass::generator
