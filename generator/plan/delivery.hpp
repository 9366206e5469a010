// How the scripts of a project reach its pods: the choice, its reasons, and where the pods find them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/diagnostic.hpp"
#include "core/project/project.hpp"
#include "generator/plan/script_files.hpp"
#include "generator/plan/target.hpp"

namespace windlass::generator {

// What ConfigMaps carry at most, all of a project together: a bound of ours. Every sync sends them to the API
// server, which keeps each copy until etcd is compacted.
inline constexpr std::size_t kConfigMapsLimit = 16 * 1024 * 1024;
// What the release of a chart may take, of the 1 MiB that Helm's Secret holds; the rest is for the chart that
// this one is a dependency of.
inline constexpr std::size_t kReleaseLimit = 900 * 1024;

struct Delivery {
  project::DeliveryMethod method = project::DeliveryMethod::kConfigMap;  // never kAuto
  std::string why;          // "the scripts take 3.1 KiB"; empty when the project alone says so
  Diagnostics diagnostics;  // a set that the method cannot carry, with what could
};

// The delivery of all databases of a project, whose files are `files`. auto takes ConfigMaps while they can
// carry the set to `target`, then the image that the project names: as a volume where kubernetes.minVersion
// has them, else copied by an init container.
Delivery choose_delivery(const project::Project& project, const std::vector<DatabaseFiles>& files,
                         const Target& target);

// "delivery: configMap, because the scripts take 3.1 KiB".
std::string to_sentence(const Delivery& delivery);

// The folder of a pod that stands for the project's folder, without a slash at its end; with ConfigMaps,
// which bring files alone, none does.
std::string project_folder_in_pod(const project::Delivery& delivery, project::DeliveryMethod method);

// Where a container finds `folder` of a database's scripts or queries; `mount` is where ConfigMaps bring them
// to.
std::string folder_in_pod(const project::Project& project, project::DeliveryMethod method,
                          std::string_view mount, const ScriptFolder& folder);

}  // namespace windlass::generator
