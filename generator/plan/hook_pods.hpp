// The pod of each phase of one database: its containers, their settings and what they mount.
#pragma once

#include <string>

#include "core/project/project.hpp"
#include "generator/plan/mount.hpp"
#include "generator/plan/pod.hpp"
#include "generator/plan/script_files.hpp"
#include "generator/tree/tree.hpp"

namespace windlass::generator {

// A ConfigMap with the hook's settings file, for what an environment cannot carry.
struct SettingsMap {
  std::string name;
  std::string text;  // of settings.yaml; empty: no ConfigMap is needed
};

// One database of a project with what is known about it while its objects are planned.
struct Scope {
  const project::Project& project;
  const project::Database& database;
  const DatabaseFiles& files;
  project::DeliveryMethod delivery;  // never kAuto
  std::string base;                  // that its objects' names begin with
  Mount scripts;                     // without shards when no ConfigMaps bring them
  Mount queries;
  SettingsMap settings = {};           // for the phases of a sync
  SettingsMap rollback_settings = {};  // of its own, because hooks come and go
};

// Makes both maps of settings.
void make_settings(Scope& scope);

// Whether what leads to the database is there before the pod's main container: preflight, a dry run and the
// guard are init containers.
bool reached_by_init_containers(const Scope& scope);

Pod backup_pod(const Scope& scope);
// preflight first, then a dry run when the policy asks for it, then migrate; where init containers do not
// reach the database, migrate alone.
Pod migrate_pod(const Scope& scope);
Pod verify_pod(const Scope& scope);
// What is marked contract, when there is such a script.
Pod contract_pod(const Scope& scope);
// Without scripts: the undo scripts are in the database, so it works for a release whose files are gone.
Pod rollback_pod(const Scope& scope);

// The ConfigMap with the list of tenants.
std::string tenants_name(const Scope& scope);

// The SecretProviderClass of the pods of a sync, and that of what stays with the application.
std::string hook_class_name(const Scope& scope);
std::string release_class_name(const Scope& scope);

// The values of guard_patch.yaml below metadata, for the application's own pod: the guard has only the
// settings that it needs, and mounts nothing but its credentials.
Members guard_values(const Scope& scope);

}  // namespace windlass::generator
