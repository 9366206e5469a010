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

// Files of this machine that stand in for what an image or a storage would bring to a pod.
struct StandIn {
  std::string inside;                                  // the folder of every container that has them
  std::map<std::string, std::filesystem::path> files;  // path below it -> the file
};

class Volumes {
 public:
  // emptyDirs live below `pod_folder`, as long as the pod; claims below `claims_folder`, as long as the
  // cluster. `stand_in`, unless it is null, takes the place of whatever is mounted where it stands.
  Volumes(const nlohmann::json& pod_spec, const Objects& objects, std::filesystem::path pod_folder,
          std::filesystem::path claims_folder, const StandIn* stand_in = nullptr);

  // Makes the folders that `container` mounts and says where they lie. Throws Error(kConfiguration) in the
  // kubelet's words for what is missing (configmap "x" not found), and for a volume that a rehearsal cannot
  // make.
  PathMap mount(const nlohmann::json& container);
  // Writes the files of the ConfigMap, Secret and projected volumes that mount() found, laid out as the
  // kubelet does: behind the symbolic link ..data; and those of the stand-in, plainly. After mount(), so that
  // `translate` knows every path.
  void write(const nlohmann::json& container, const Translate& translate) const;

 private:
  const nlohmann::json& volume(const std::string& name) const;
  std::filesystem::path folder_of(const nlohmann::json& volume, const std::string& container) const;
  std::filesystem::path stand_in_folder(const nlohmann::json& container) const;
  bool is_stood_in_for(const nlohmann::json& mount) const;
  void write_stand_in(const std::filesystem::path& folder, const Translate& translate) const;

  const nlohmann::json& pod_spec_;
  const Objects& objects_;
  std::filesystem::path pod_folder_;
  std::filesystem::path claims_folder_;
  const StandIn* stand_in_;
};

// The files that a volume of this definition holds; empty for an emptyDir or a claim.
VolumeFiles volume_files(const nlohmann::json& volume, const Objects& objects);

}  // namespace windlass::generator
