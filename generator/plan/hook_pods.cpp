#include "generator/plan/hook_pods.hpp"

#include <utility>

#include "core/base/digest.hpp"
#include "core/contract/labels.hpp"
#include "generator/plan/credentials.hpp"
#include "generator/plan/environment.hpp"
#include "generator/plan/metadata.hpp"
#include "generator/plan/names.hpp"
#include "generator/plan/proxy.hpp"
#include "generator/plan/script_volumes.hpp"
#include "generator/tree/emit.hpp"

namespace windlass::generator {
namespace {

constexpr std::string_view kSettingsKey = "settings.yaml";
constexpr std::string_view kSettingsMount = "/windlass/settings";
constexpr std::string_view kFilesDigestAnnotation = "windlass.dev/files-digest";

Container container_of(const Scope& scope, std::string name, Phase phase, DryRun dry_run = DryRun::kNo) {
  auto settings =
      container_settings(scope.project, scope.database, scope.files, scope.delivery, phase, dry_run);
  if (!settings.settings_file.empty()) {
    settings.environment.insert(settings.environment.begin(),
                                Members{{"name", "WINDLASS_SETTINGS"}, {"value", contract::kSettingsFile}});
  }
  return {std::move(name), phase, std::move(settings.environment)};
}

SettingsMap settings_map_of(const Scope& scope, Phase phase, std::string_view suffix) {
  const auto settings = container_settings(scope.project, scope.database, scope.files, scope.delivery, phase);
  if (settings.settings_file.empty()) return {};
  return {fit_name(scope.base, suffix), emit_yaml(settings.settings_file)};
}

void mount_settings(Pod& pod, const SettingsMap& map) {
  if (map.text.empty()) return;
  const List items = {Members{{"key", kSettingsKey}, {"path", kSettingsKey}}};
  const List sources = {Members{{"configMap", Members{{"name", map.name}, {"items", items}}}}};
  pod.volumes.push_back(files_volume("settings", kSettingsMount, sources));
}

void mount_tenants(Pod& pod, const Scope& scope) {
  if (!scope.database.tenants) return;
  const List items = {Members{{"key", contract::kTenantsKey}, {"path", contract::kTenantsKey}}};
  const List sources = {Members{{"configMap", Members{{"name", tenants_name(scope)}, {"items", items}}}}};
  pod.volumes.push_back(files_volume("tenants", contract::kTenantsMount, sources));
}

// What leads to the database from every pod.
void add_reach(Pod& pod, const Scope& scope, std::string_view class_name) {
  const auto& connection = scope.database.connection;
  if (connection.proxy) {
    const auto form = proxy_form(scope.project.kubernetes);
    auto& place = form == ProxyForm::kSidecar ? pod.sidecars : pod.beside;
    place.push_back(proxy_container(*connection.proxy, form, scope.project.kubernetes.termination_grace));
  }
  for (auto& volume : credential_volumes(connection, class_name)) pod.volumes.push_back(std::move(volume));
}

// The pod of a phase that has the scripts at hand. The digest of all its files stands in an annotation, so
// that the hash in the Job's name changes with them.
Pod script_pod(const Scope& scope, Phase phase) {
  Pod pod;
  pod.phase = phase;
  pod.service_account = service_account_name(scope.project);
  pod.main = container_of(scope, std::string(phase_name(phase)), phase);
  pod.volumes = {temporary_volume()};
  add_scripts(pod, scope.project, scope.delivery, scope.scripts);
  mount_tenants(pod, scope);
  mount_settings(pod, scope.settings);
  add_reach(pod, scope, hook_class_name(scope));
  pod.annotations = job_credential_annotations(scope.database.connection);
  const std::string queries = phase == Phase::kVerify ? scope.queries.digest : std::string();
  pod.annotations.emplace(kFilesDigestAnnotation,
                          sha256_hex(scope.scripts.digest + queries + scope.settings.text));
  return pod;
}

}  // namespace

void make_settings(Scope& scope) {
  // verify has every setting that any phase of a sync has, so its settings file serves them all.
  scope.settings = settings_map_of(scope, Phase::kVerify, "settings");
  scope.rollback_settings = settings_map_of(scope, Phase::kRollback, "rollback-settings");
}

bool reached_by_init_containers(const Scope& scope) {
  return !scope.database.connection.proxy || proxy_form(scope.project.kubernetes) == ProxyForm::kSidecar;
}

Pod backup_pod(const Scope& scope) {
  Pod pod = script_pod(scope, Phase::kBackup);
  pod.volumes.push_back(backup_volume(scope.project.backup));
  return pod;
}

Pod migrate_pod(const Scope& scope) {
  Pod pod = script_pod(scope, Phase::kMigrate);
  // Init containers end before a second container starts; migrate looks for itself what it needs. And one
  // tenant that is not ready must not keep its whole shard from starting.
  if (!reached_by_init_containers(scope) || scope.database.tenants) return pod;
  pod.init_containers.push_back(container_of(scope, "preflight", Phase::kPreflight));
  if (scope.project.migration.policies.dry_run_first) {
    pod.init_containers.push_back(container_of(scope, "dry-run", Phase::kMigrate, DryRun::kYes));
  }
  return pod;
}

Pod verify_pod(const Scope& scope) {
  Pod pod = script_pod(scope, Phase::kVerify);
  if (!scope.queries.sources.empty()) {
    pod.volumes.push_back(files_volume("queries", contract::kVerifyMount, scope.queries.sources));
  }
  return pod;
}

Pod contract_pod(const Scope& scope) { return script_pod(scope, Phase::kContract); }

Pod rollback_pod(const Scope& scope) {
  Pod pod;
  pod.phase = Phase::kRollback;
  pod.service_account = rollback_service_account_name(scope.project);
  pod.main = container_of(scope, "rollback", Phase::kRollback);
  pod.volumes = {temporary_volume()};
  mount_settings(pod, scope.rollback_settings);
  add_reach(pod, scope, release_class_name(scope));
  pod.annotations = job_credential_annotations(scope.database.connection);
  return pod;
}

std::string tenants_name(const Scope& scope) { return fit_name(scope.base, "tenants"); }
std::string hook_class_name(const Scope& scope) { return fit_name(scope.base, "hook-credentials"); }
std::string release_class_name(const Scope& scope) { return fit_name(scope.base, "credentials"); }

Members guard_values(const Scope& scope) {
  Pod pod;
  add_reach(pod, scope, release_class_name(scope));
  List containers = pod.sidecars;
  containers.push_back(
      container(scope.project, container_of(scope, "windlass-guard", Phase::kGuard), pod.volumes));
  const auto annotations = tree_of(credential_annotations(scope.database.connection));
  return {{"metadata", annotations.is_absent() ? Tree() : Tree(Members{{"annotations", annotations}})},
          {"initContainers", std::move(containers)},
          {"volumes", volume_list(pod.volumes)}};
}

}  // namespace windlass::generator
