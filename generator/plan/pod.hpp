// Containers, volumes and the pod of a hook Job.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/contract/phase.hpp"
#include "core/project/project.hpp"
#include "generator/plan/environment.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// A volume with the place where every container of the pod mounts it.
struct Volume {
  std::string name;
  std::string mount_path;   // empty: not for the hook, but for what others inject
  std::string source_kind;  // "projected", "emptyDir", "persistentVolumeClaim"
  Tree source;
  bool read_only = false;
};

// A container before it is written: which phase it runs, under which name and settings.
struct Container {
  std::string name;
  Phase phase = Phase::kMigrate;
  List environment;
};

// /tmp: the root file system is read-only. It has a size because Argo CD's "create Job" action drops empty
// maps.
Volume temporary_volume();
// Files of ConfigMaps, put together by their paths.
Volume files_volume(std::string_view name, std::string_view mount_path, const List& sources);
// Where backups are published: the claim of the project, else an emptyDir that dies with the pod.
Volume backup_volume(const project::Backup& backup);

// Restricted as Pod Security "restricted" asks, with a read-only root file system.
Tree container(const project::Project& project, const Container& container,
               const std::vector<Volume>& volumes);

// An init container that runs `command` of somebody's image, as restricted as the hook's.
struct Loader {
  std::string image;
  List command;
  List environment;
  std::vector<Volume> volumes;
};
Tree loader_container(const project::Project& project, const Loader& loader);

struct Pod {
  Phase phase = Phase::kMigrate;
  std::string service_account;
  List sidecars = {};  // before all others, and beside them
  List loaders = {};   // init containers that bring the scripts
  List beside = {};    // containers that the main one ends
  std::vector<Container> init_containers = {};
  Container main;
  std::vector<Volume> volumes;
  project::Map annotations;  // besides those that every pod has
};

// Those of a pod spec; absent when there are none.
Tree volume_list(const std::vector<Volume>& volumes);

Tree pod(const project::Project& project, const project::Database& database, const Pod& plan);

}  // namespace windlass::generator
