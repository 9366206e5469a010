#include "generator/rehearse/volumes.hpp"

#include <fmt/format.h>

#include <fstream>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "generator/rehearse/environment.hpp"

namespace windlass::generator {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Source {
  const char* field;       // in the volume or the projection
  const char* name_field;  // of the object in it
  const char* kind;        // in the kubelet's words
};
constexpr Source kConfigMapVolume{"configMap", "name", "configmap"};
constexpr Source kSecretVolume{"secret", "secretName", "secret"};
constexpr Source kSecretProjection{"secret", "name", "secret"};

std::string safe_path(const std::string& path) {
  const fs::path parsed(path);
  bool climbs = parsed.is_absolute() || path.empty();
  for (const auto& part : parsed) climbs = climbs || part == "..";
  if (climbs)
    throw Error(ExitCode::kConfiguration,
                fmt::format("a volume's path \"{}\" must stay inside the volume", path));
  return path;
}

void add_files(const json& definition, const Source& source, const Objects& objects, VolumeFiles& files) {
  const auto name = text_or(definition, source.name_field, "");
  const bool optional = definition.value("optional", false);
  const auto* data =
      std::string_view(source.kind) == "secret" ? objects.secret(name) : objects.config_map(name);
  if (data == nullptr && optional) return;
  if (data == nullptr) {
    throw Error(ExitCode::kConfiguration, fmt::format("{} \"{}\" not found", source.kind, name),
                "A cluster would let the pod wait for it. What exists beforehand belongs into the project's "
                "outside/ folder.");
  }
  const auto& items = items_at(definition, "items");
  if (items.empty()) files.insert(data->begin(), data->end());
  for (const auto& item : items) {
    const auto found = data->find(text_or(item, "key", ""));
    if (found != data->end()) {
      files[safe_path(text_or(item, "path", ""))] = found->second;
    } else if (!optional) {
      throw Error(ExitCode::kConfiguration,
                  fmt::format("{} \"{}\" has no key {}", source.kind, name, text_or(item, "key", "")));
    }
  }
}

bool is_plain_folder(const json& volume) {
  return volume.contains("emptyDir") || volume.contains("persistentVolumeClaim");
}

void write_new(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  if (!file)
    throw Error(ExitCode::kTransient, "cannot write " + path.string(),
                "Free space on that disk, then run again.");
}

}  // namespace

VolumeFiles volume_files(const json& volume, const Objects& objects) {
  VolumeFiles files;
  if (is_plain_folder(volume)) return files;
  if (const auto found = volume.find("configMap"); found != volume.end()) {
    add_files(*found, kConfigMapVolume, objects, files);
  } else if (const auto secret = volume.find("secret"); secret != volume.end()) {
    add_files(*secret, kSecretVolume, objects, files);
  } else if (const auto projected = volume.find("projected"); projected != volume.end()) {
    for (const auto& source : items_at(*projected, "sources")) {
      const auto config_map = source.find("configMap");
      const auto projected_secret = source.find("secret");
      if (config_map != source.end()) add_files(*config_map, kConfigMapVolume, objects, files);
      if (projected_secret != source.end()) add_files(*projected_secret, kSecretProjection, objects, files);
      if (config_map == source.end() && projected_secret == source.end()) {
        throw Error(ExitCode::kConfiguration,
                    fmt::format("a rehearsal cannot make the projection {}", source.begin().key()));
      }
    }
  } else {
    throw Error(ExitCode::kConfiguration,
                fmt::format("a rehearsal cannot make the volume \"{}\"", text_or(volume, "name", "")));
  }
  return files;
}

Volumes::Volumes(const json& pod_spec, const Objects& objects, fs::path pod_folder, fs::path claims_folder,
                 const StandIn* stand_in)
    : pod_spec_(pod_spec),
      objects_(objects),
      pod_folder_(std::move(pod_folder)),
      claims_folder_(std::move(claims_folder)),
      stand_in_(stand_in) {}

const json& Volumes::volume(const std::string& name) const {
  for (const auto& candidate : items_at(pod_spec_, "volumes")) {
    if (text_or(candidate, "name", "") == name) return candidate;
  }
  throw Error(ExitCode::kConfiguration, fmt::format("the pod has no volume \"{}\"", name));
}

fs::path Volumes::folder_of(const json& volume, const std::string& container) const {
  const auto name = text_or(volume, "name", "");
  if (const auto claim = volume.find("persistentVolumeClaim"); claim != volume.end()) {
    return claims_folder_ / text_or(*claim, "claimName", "");
  }
  if (volume.contains("emptyDir")) return pod_folder_ / "volumes" / name;
  return pod_folder_ / container / name;  // its files name paths of this container
}

fs::path Volumes::stand_in_folder(const json& container) const {
  return pod_folder_ / text_or(container, "name", "") / "..stand-in";  // no volume's name
}

// What is mounted there or above it, as an image is.
bool Volumes::is_stood_in_for(const json& mount) const {
  if (stand_in_ == nullptr) return false;
  const auto path = text_or(mount, "mountPath", "");
  return stand_in_->inside == path || stand_in_->inside.starts_with(path + "/");
}

PathMap Volumes::mount(const json& container) {
  PathMap paths;
  if (stand_in_ != nullptr) paths.add(stand_in_->inside, stand_in_folder(container));
  for (const auto& mount : items_at(container, "volumeMounts")) {
    if (is_stood_in_for(mount)) continue;
    const auto& mounted = volume(text_or(mount, "name", ""));
    volume_files(mounted, objects_);  // so that what is missing is said before anything starts
    auto folder = folder_of(mounted, text_or(container, "name", ""));
    if (const auto sub_path = text_or(mount, "subPath", ""); !sub_path.empty()) folder /= safe_path(sub_path);
    if (is_plain_folder(mounted)) fs::create_directories(folder);
    auto inside = text_or(mount, "mountPath", "");
    while (inside.size() > 1 && inside.ends_with('/')) inside.pop_back();
    paths.add(std::move(inside), folder);
  }
  return paths;
}

// A file that no ConfigMap could hold is taken as it is.
void Volumes::write_stand_in(const fs::path& folder, const Translate& translate) const {
  constexpr std::size_t kTranslated = std::size_t{1} << 20U;
  if (fs::exists(folder)) return;
  fs::create_directories(folder);
  for (const auto& [path, file] : stand_in_->files) {
    if (fs::file_size(file) > kTranslated) {
      fs::create_directories((folder / path).parent_path());
      fs::create_symlink(fs::absolute(file), folder / path);
    } else if (const auto bytes = translate(path, read_file(file, kTranslated))) {
      write_new(folder / path, *bytes);
    }
  }
}

void Volumes::write(const json& container, const Translate& translate) const {
  constexpr const char* kDataFolder = "..2000_01_01_00_00_00.0000000000";
  if (stand_in_ != nullptr) write_stand_in(stand_in_folder(container), translate);
  for (const auto& mount : items_at(container, "volumeMounts")) {
    if (is_stood_in_for(mount)) continue;
    const auto& mounted = volume(text_or(mount, "name", ""));
    const auto folder = folder_of(mounted, text_or(container, "name", ""));
    if (is_plain_folder(mounted) || fs::exists(folder)) continue;
    fs::create_directories(folder / kDataFolder);
    fs::create_directory_symlink(kDataFolder, folder / "..data");
    for (const auto& [path, bytes] : volume_files(mounted, objects_)) {
      const auto translated = translate(path, bytes);
      if (!translated) continue;
      write_new(folder / kDataFolder / path, *translated);
      const auto top = *fs::path(path).begin();
      if (!fs::is_symlink(folder / top)) fs::create_symlink(fs::path("..data") / top, folder / top);
    }
  }
}

}  // namespace windlass::generator
