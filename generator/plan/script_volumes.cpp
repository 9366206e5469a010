#include "generator/plan/script_volumes.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/contract/labels.hpp"

namespace windlass::generator {
namespace {

using project::DeliveryMethod;

constexpr std::string_view kVolume = "sql";

// It has a size because an empty map is dropped on some ways into a cluster. Nothing of it is reserved.
Volume loaded_volume() {
  return {std::string(kVolume), std::string(contract::kScriptsMount), "emptyDir",
          Members{{"sizeLimit", "2Gi"}}, /*read_only=*/true};
}

Volume image_volume(const project::Project& project) {
  return {
      std::string(kVolume), std::string(contract::kScriptsMount), "image",
      Members{{"reference", project.delivery.image}, {"pullPolicy", project.kubernetes.image_pull_policy}},
      /*read_only=*/true};
}

// cp of GNU, BusyBox and Toybox: what is in the folder, not the folder; links as what they lead to; owners
// and times stay behind, because the pod's user may not give files away.
List copy_command(const project::Delivery& delivery) {
  return {"cp", "-RL", delivery.path + "/.", fmt::format("$({})", kScriptsVariable)};
}

Loader loader(const project::Project& project, DeliveryMethod method) {
  Volume writable = loaded_volume();
  writable.read_only = false;
  Loader result{project.delivery.image, {}, {}, {temporary_volume(), writable}};
  for (const auto& word : project.delivery.command) result.command.emplace_back(word);
  if (result.command.empty()) result.command = copy_command(project.delivery);
  result.environment = {Members{{"name", kScriptsVariable}, {"value", contract::kScriptsMount}}};
  // The tools of the clouds write below it, and the root file system is read-only.
  if (method == DeliveryMethod::kObjectStorage)
    result.environment.push_back(Members{{"name", "HOME"}, {"value", "/tmp"}});
  return result;
}

}  // namespace

void add_scripts(Pod& pod, const project::Project& project, DeliveryMethod method, const Mount& scripts) {
  switch (method) {
    case DeliveryMethod::kImage: return;
    case DeliveryMethod::kImageVolume: pod.volumes.push_back(image_volume(project)); return;
    case DeliveryMethod::kCopy:
    case DeliveryMethod::kObjectStorage:
      pod.volumes.push_back(loaded_volume());
      pod.loaders.push_back(loader_container(project, loader(project, method)));
      return;
    case DeliveryMethod::kAuto:
    case DeliveryMethod::kConfigMap: break;
  }
  pod.volumes.push_back(files_volume(kVolume, contract::kScriptsMount, scripts.sources));
}

}  // namespace windlass::generator
