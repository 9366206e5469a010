#include "generator/chart/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "core/base/duration.hpp"
#include "core/base/error.hpp"
#include "core/contract/labels.hpp"
#include "core/contract/phase.hpp"
#include "generator/plan/metadata.hpp"
#include "generator/plan/names.hpp"

namespace windlass::generator {
namespace {

using Keys = std::initializer_list<std::string_view>;
using project::Map;

Members without(const Tree* map, Keys keys) {
  if (map == nullptr || map->members() == nullptr) return {};
  Members members = *map->members();
  std::erase_if(members, [&](const Member& member) {
    return std::find(keys.begin(), keys.end(), member.key) != keys.end();
  });
  return members;
}

// What `members` has that `known` has not, or has otherwise.
Members difference(Members members, const Members& known) {
  std::erase_if(members, [&](const Member& member) {
    return std::find(known.begin(), known.end(), member) != known.end();
  });
  return members;
}

Members members_of(const Map& map) {
  Members members;
  for (const auto& [key, value] : map) members.push_back({key, value});
  return members;
}

Tree value_at(const Tree& tree, Keys path) {
  const Tree* found = tree.find(path);
  return found == nullptr ? Tree() : *found;
}

// Empty maps and lists are left out: the chart's templates do without.
void put(Members& members, std::string key, Tree value) {
  const bool empty = value.is_absent() || (value.members() != nullptr && value.members()->empty()) ||
                     (value.list() != nullptr && value.list()->empty()) ||
                     (value.text() != nullptr && value.text()->empty());
  if (!empty) members.push_back({std::move(key), std::move(value)});
}

std::string_view kind_of(const Tree& object) { return text_at(object, {"kind"}); }

std::string_view label(const Tree& object, std::string_view key) {
  return text_at(object, {"metadata", "labels", key});
}

// The annotations that the chart gives every pod by itself.
const Members& known_pod_annotations() {
  static const Members known = members_of(pod_annotations({}));
  return known;
}

class Writer {
 public:
  Writer(const ChartObjects& objects, const project::Project& project)
      : rendered_(objects.built_in), wanted_(objects.wanted), project_(project) {
    const Tree& job = job_of(project.databases.front().key, Phase::kMigrate)->tree;
    job_spec_ = *job.find({"spec"});
    shared_pod_ = pod_members(*job_spec_.find({"template"}));
    shared_container_ = list_at(job_spec_, {"template", "spec", "containers"}).front();
  }

  ChartValues write() {
    add_project();
    add_pods();
    add_service_accounts();
    Members databases;
    for (const auto& database : project_.databases)
      databases.push_back({database.key, database_values(database)});
    put(result_.values, "databases", std::move(databases));
    add_observability();
    add_other_objects();
    return std::move(result_);
  }

 private:
  void add_project() {
    auto& values = result_.values;
    put(values, "project", project_.name);
    put(values, "environment", project_.environment);
    put(values, "namespace", project_.kubernetes.namespace_name);
    if (project_.rank > 0) put(values, "rank", project_.rank);
    put(values, "minVersion", project_.kubernetes.min_version);
    put(values, "labels", tree_of(merged(project_.labels, project_.kubernetes.labels)));
    put(values, "annotations", tree_of(project_.kubernetes.annotations));
  }

  void add_pods() {
    auto& values = result_.values;
    for (const auto key : {"image", "imagePullPolicy", "resources"})
      put(values, key, value_at(shared_container_, {key}));
    put(values, "podLabels", own_labels(*job_spec_.find({"template"})));
    put(values, "pod", shared_pod_);
    Members job;
    put(job, "backoffLimit", project_.kubernetes.backoff_limit);
    for (const auto key : {"activeDeadlineSeconds", "ttlSecondsAfterFinished"})
      put(job, key, value_at(job_spec_, {key}));
    put(values, "job", std::move(job));
  }

  void add_service_accounts() {
    Members account = {{"create", project_.kubernetes.create_service_account && !own_accounts()},
                       {"name", service_account_name(project_)},
                       {"rollbackName", rollback_service_account_name(project_)}};
    for (const auto& object : rendered_.objects) {
      if (kind_of(object.tree) != "ServiceAccount" ||
          label(object.tree, contract::kComponentLabel) != "support")
        continue;
      put(account, "annotations", own_annotations(object.tree.find({"metadata", "annotations"})));
    }
    put(result_.values, "serviceAccount", std::move(account));
  }

  Members database_values(const project::Database& database) {
    Members values = {{"base", base_name(project_, database)}};
    const auto* migrate = job_of(database.key, Phase::kMigrate);
    const Tree& annotations = *migrate->tree.find({"metadata", "annotations"});
    put(values, "digest", value_at(annotations, {contract::kDigestAnnotation}));
    put(values, "version", value_at(annotations, {contract::kVersionAnnotation}));
    put(values, "configMaps", config_maps(database.key));
    Members jobs;
    for (const auto phase : {Phase::kBackup, Phase::kMigrate, Phase::kVerify, Phase::kContract}) {
      if (const auto* job = job_of(database.key, phase))
        put(jobs, std::string(phase_name(phase)), run_values(*job));
    }
    put(values, "jobs", std::move(jobs));
    put(values, "rollback", run_values(*object_of(database.key, "CronJob", "rollback")));
    if (Tree marker = own(*object_of(database.key, "ConfigMap", "marker")); !marker.is_absent())
      put(values, "marker", Members{{"object", std::move(marker)}});
    put(values, "guard", guard_of(base_name(project_, database)));
    return values;
  }

  List config_maps(const std::string& database) {
    List maps;
    for (const auto& object : rendered_.objects) {
      const auto component = label(object.tree, contract::kComponentLabel);
      if (!is_config_map_of(object.tree, database) || component == "marker" || is_own(object)) continue;
      const std::string name(text_at(object.tree, {"metadata", "name"}));
      Members files;
      for (const auto& member : without(object.tree.find({"data"}), {})) {
        const std::string path = fmt::format("files/{}/{}", name, member.key);
        files.push_back({member.key, path});
        result_.files.push_back({path, *member.value.text()});
      }
      Members map = {{"name", name}};
      if (component == "rollback") put(map, "stage", "release");
      put(map, "files", std::move(files));
      put(map, "binaryData", value_at(object.tree, {"binaryData"}));
      maps.emplace_back(std::move(map));
    }
    return maps;
  }

  // A Job or the rollback: what is not said at the top.
  Members run_values(const Manifest& object) {
    if (is_own(object))
      return {{"name", text_at(wanted(object).tree, {"metadata", "name"})}, {"object", own(object)}};
    const bool cron = kind_of(object.tree) == "CronJob";
    const Tree& pod = *(cron ? object.tree.find({"spec", "jobTemplate", "spec", "template"})
                             : object.tree.find({"spec", "template"}));
    Members values = {{"name", value_at(object.tree, {"metadata", "name"})}};
    if (object.tree.find({"spec", "completionMode"}) != nullptr) {
      put(values, "shards", value_at(object.tree, {"spec", "completions"}));
      put(values, "parallelism", value_at(object.tree, {"spec", "parallelism"}));
    }
    put(values, "labels", difference(own_labels(pod), own_labels(*job_spec_.find({"template"}))));
    put(values, "annotations",
        difference(own_annotations(pod.find({"metadata", "annotations"})), known_pod_annotations()));
    put(values, "pod", difference(pod_members(pod), shared_pod_));
    for (const auto key : {"initContainers", "containers"}) {
      List containers;
      for (const auto& container : list_at(pod, {"spec", key}))
        containers.emplace_back(container_values(container));
      put(values, key, std::move(containers));
    }
    put(values, "volumes", value_at(pod, {"spec", "volumes"}));
    return values;
  }

  // Its name, phase, environment and mounts; the whole container where it is more than the chart makes.
  Members container_values(const Tree& container) const {
    Members values = {{"name", value_at(container, {"name"})}};
    if (!runs_hook(container)) {
      put(values, "raw", container);
      return values;
    }
    put(values, "phase", list_at(container, {"args"}).front());
    if (fixed_part(container) != fixed_part(shared_container_)) {
      put(values, "raw", container);
      return values;
    }
    put(values, "env", value_at(container, {"env"}));
    put(values, "volumeMounts", value_at(container, {"volumeMounts"}));
    if (!(value_at(container, {"resources"}) == value_at(shared_container_, {"resources"})))
      put(values, "resources", value_at(container, {"resources"}));
    put(values, "runAsUser", value_at(container, {"securityContext", "runAsUser"}));
    return values;
  }

  static bool runs_hook(const Tree& container) {
    return value_at(container, {"command"}) == List{contract::kHookProgram} &&
           list_at(container, {"args"}).size() == 1;
  }

  static Members fixed_part(const Tree& container) {
    Members part =
        without(&container, {"name", "args", "env", "volumeMounts", "resources", "securityContext"});
    put(part, "securityContext", without(container.find({"securityContext"}), {"runAsUser"}));
    return part;
  }

  Members guard_of(const std::string& base) const {
    const std::string path = fmt::format("snippets/{}.yaml.txt", fit_name(base, "guard"));
    for (const auto& snippet : wanted_.snippets) {
      if (snippet.path != path) continue;
      refuse_more_than_helpers_carry(snippet);
      Members guard;
      put(guard, "metadata", value_at(snippet.tree, {"spec", "template", "metadata"}));
      List containers;
      for (const auto& container : list_at(snippet.tree, {"spec", "template", "spec", "initContainers"}))
        containers.emplace_back(container_values(container));
      put(guard, "initContainers", std::move(containers));
      put(guard, "volumes", value_at(snippet.tree, {"spec", "template", "spec", "volumes"}));
      return guard;
    }
    return {};
  }

  // Members of a pod's spec that are not of one phase.
  static Members pod_members(const Tree& pod) {
    Members members =
        without(pod.find({"spec"}), {"serviceAccountName", "initContainers", "containers", "volumes"});
    return difference(
        std::move(members),
        {{"restartPolicy", "Never"}, {"automountServiceAccountToken", false}, {"enableServiceLinks", false}});
  }

  static Members own_labels(const Tree& pod) {
    using namespace contract;
    const Members labels = without(pod.find({"metadata", "labels"}),
                                   {kNameLabel, kManagedByLabel, kPartOfLabel, kComponentLabel, kProjectLabel,
                                    kEnvironmentLabel, kDatabaseLabel, kPhaseLabel});
    return difference(labels, {{"sidecar.istio.io/inject", "false"}});
  }

  Members own_annotations(const Tree* annotations) const {
    return difference(without(annotations, {}), members_of(project_.kubernetes.annotations));
  }

  void add_observability() {
    for (const auto& object : rendered_.objects) {
      const auto component = label(object.tree, contract::kComponentLabel);
      if (!has_template(object)) continue;
      if (component == "alerts") put(result_.values, "alerts", alerts_values());
      if (component != "dashboard") continue;
      Members dashboard = {{"enabled", true}};
      put(dashboard, "labels", tree_of(project_.dashboard.labels));
      put(result_.values, "dashboard", std::move(dashboard));
    }
  }

  Members alerts_values() const {
    const auto& alerts = project_.alerts;
    Members values = {{"enabled", true}, {"failurePercent", alerts.failure_percent}};
    put(values, "labels", tree_of(alerts.labels));
    if (alerts.long_running) put(values, "longRunning", format_duration(*alerts.long_running));
    if (alerts.not_run_for) put(values, "notRunFor", format_duration(*alerts.not_run_for));
    return values;
  }

  void add_other_objects() {
    List support;
    List release;
    for (const auto& object : rendered_.objects) {
      if (has_template(object)) continue;
      Tree copy = without_namespace(wanted(object).tree);
      const bool first = object.path.starts_with(rendered_.target->place(Stage::kSupport).files);
      if (first && kind_of(object.tree) == "ConfigMap") apply_on_server_side(copy);
      (first ? support : release).push_back(std::move(copy));
    }
    put(result_.values, "supportObjects", std::move(support));
    put(result_.values, "releaseObjects", std::move(release));
  }

  // Whether the chart makes the object from other values than the object itself.
  bool has_template(const Manifest& object) const {
    const auto kind = kind_of(object.tree);
    if (kind == "ServiceAccount") return !own_accounts();
    const auto component = label(object.tree, contract::kComponentLabel);
    if (kind == "ConfigMap") return component == "marker" || !is_own(object);
    if (kind == "PrometheusRule") return !is_own(object);
    return kind == "Job" || kind == "CronJob";
  }

  // As the chart's own ConfigMaps.
  static void apply_on_server_side(Tree& object) {
    constexpr const char* kOptions = "argocd.argoproj.io/sync-options";
    Tree* annotations = object.find({"metadata", "annotations"});
    Members members = annotations == nullptr ? Members() : *annotations->members();
    members.push_back({kOptions, "ServerSideApply=true"});
    Members metadata = without(object.find({"metadata"}), {"annotations"});
    metadata.push_back({"annotations", std::move(members)});
    *object.find({"metadata"}) = std::move(metadata);
  }

  static void refuse_more_than_helpers_carry(const Manifest& guard) {
    const Members more =
        without(guard.tree.find({"spec", "template", "spec"}), {"initContainers", "volumes"});
    if (more.empty()) return;
    throw Error(ExitCode::kConfiguration,
                fmt::format("the template guard_patch.yaml sets {}, which no helper of the chart carries",
                            more.front().key),
                "A chart hands on the guard's containers, volumes and annotations: put the rest into the "
                "application's own pod.");
  }

  static Tree without_namespace(Tree object) {
    if (Tree* metadata = object.find({"metadata"})) *metadata = without(metadata, {"namespace"});
    return object;
  }

  const Manifest& wanted(const Manifest& object) const {
    return wanted_.objects[static_cast<std::size_t>(&object - rendered_.objects.data())];
  }

  bool is_own(const Manifest& object) const { return !(wanted(object).tree == object.tree); }

  // The object as it is wanted, empty when the chart's own templates make it.
  Tree own(const Manifest& object) const {
    return is_own(object) ? without_namespace(wanted(object).tree) : Tree();
  }

  bool own_accounts() const {
    return std::any_of(rendered_.objects.begin(), rendered_.objects.end(), [&](const Manifest& object) {
      return kind_of(object.tree) == "ServiceAccount" && is_own(object);
    });
  }

  static bool is_config_map_of(const Tree& object, std::string_view database) {
    return kind_of(object) == "ConfigMap" && label(object, contract::kDatabaseLabel) == database;
  }

  const Manifest* object_of(std::string_view database, std::string_view kind,
                            std::string_view component) const {
    for (const auto& object : rendered_.objects) {
      if (kind_of(object.tree) == kind && label(object.tree, contract::kDatabaseLabel) == database &&
          label(object.tree, contract::kComponentLabel) == component)
        return &object;
    }
    return nullptr;
  }

  const Manifest* job_of(std::string_view database, Phase phase) const {
    return object_of(database, "Job", phase_name(phase));
  }

  const Rendered& rendered_;
  const Rendered& wanted_;
  const project::Project& project_;
  ChartValues result_;
  Tree job_spec_;  // of the first migrate Job, as the one that stands for all
  Members shared_pod_;
  Tree shared_container_;
};

}  // namespace

ChartValues chart_values(const ChartObjects& objects, const project::Project& project) {
  return Writer(objects, project).write();
}

}  // namespace windlass::generator
