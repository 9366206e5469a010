#include "generator/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "core/contract/labels.hpp"
#include "generator/plan/alerts.hpp"
#include "generator/plan/credentials.hpp"
#include "generator/plan/dashboard.hpp"
#include "generator/plan/hook_pods.hpp"
#include "generator/plan/identity.hpp"
#include "generator/plan/job.hpp"
#include "generator/plan/metadata.hpp"
#include "generator/plan/names.hpp"
#include "generator/plan/network_policy.hpp"
#include "generator/plan/project_faults.hpp"
#include "generator/plan/target.hpp"

namespace windlass::generator {
namespace {

using project::Map;

constexpr std::size_t kShardNumber = 5;  // "-9999" behind the name of a shard

// An object before its template is chosen: where it stands and what it is called.
struct Object {
  std::string_view kind;  // as in the file's name: "configmap"
  std::string name;
  std::string_view component;
  Stage stage = Stage::kTracked;
  Map annotations = {};
  std::string file_name = {};  // when it is not `name`
  Map labels = {};             // beside those that every object has
};

class Planner {
 public:
  Planner(const project::Project& project, const Target& target) : project_(project), target_(target) {
    plan_.target = &target;
  }

  Plan run(const std::vector<DatabaseFiles>& files) {
    plan_.delivery = choose_delivery(project_, files, target_);
    plan_.diagnostics.add(project_faults(project_));
    refuse_waves_without_room();
    for (const auto& each : files) plan_.diagnostics.add(each.diagnostics);
    plan_.diagnostics.add(plan_.delivery.diagnostics);
    if (plan_.diagnostics.has_errors()) return std::move(plan_);
    add_service_accounts();
    add_alerts();
    add_dashboard();
    for (std::size_t i = 0; i < project_.databases.size(); ++i)
      add_database(project_.databases[i], files.at(i));
    const auto by_path = [](const PlannedFile& a, const PlannedFile& b) { return a.path < b.path; };
    std::sort(plan_.objects.begin(), plan_.objects.end(), by_path);
    std::sort(plan_.snippets.begin(), plan_.snippets.end(), by_path);
    return std::move(plan_);
  }

 private:
  // There the Jobs stand between support objects and the application, whose waves are the user's.
  void refuse_waves_without_room() {
    if (&target_ != &argocd_waves() || project_.rank == 0) return;
    Diagnostic fault = project_.depends_on.front().place;
    fault.message = fmt::format("mode waves cannot order {} behind what it depends on", project_.name);
    fault.help = "Render it with --mode presync or gated.";
    plan_.diagnostics.add(std::move(fault));
  }

  void add(std::string_view template_name, const Object& object, DatabaseOrNone database,
           Members values = {}) {
    const Map annotations = merged(merged(project_.kubernetes.annotations, object.annotations),
                                   stage_annotations(target_, object.stage, project_.rank));
    Members all = {
        {"name", object.name},
        {"namespace", project_.kubernetes.namespace_name},
        {"labels", tree_of(merged(object.labels, object_labels(project_, database, object.component)))},
        {"annotations", tree_of(annotations)}};
    std::move(values.begin(), values.end(), std::back_inserter(all));
    plan_.objects.push_back({fmt::format("{}{}-{}.yaml", target_.place(object.stage).files, object.kind,
                                         object.file_name.empty() ? object.name : object.file_name),
                             FromTemplate{std::string(template_name), std::move(all)}});
  }

  void add_service_accounts() {
    if (!project_.kubernetes.create_service_account) return;
    const Map identity = identity_annotations(project_.identity);
    add("service_account",
        {"serviceaccount", service_account_name(project_), "support", Stage::kSupport, identity}, nullptr);
    add("service_account",
        {"serviceaccount", rollback_service_account_name(project_), "rollback", Stage::kTracked, identity},
        nullptr);
  }

  void add_alerts() {
    if (!project_.alerts.enabled) return;
    Object object{"prometheusrule", fit_name(project_.name, "alerts"), "alerts", Stage::kTracked};
    object.labels = project_.alerts.labels;
    add("prometheus_rule", object, nullptr, {{"groups", alert_groups(project_)}});
  }

  void add_dashboard() {
    if (!project_.dashboard.enabled) return;
    Object object{"configmap", fit_name(project_.name, "dashboard"), "dashboard", Stage::kTracked};
    object.labels = project_.dashboard.labels;
    // What the sidecar of Grafana's chart looks for when it is told nothing else.
    if (object.labels.empty()) object.labels = {{"grafana_dashboard", "1"}};
    add_config_map(nullptr, object, {{fit_name(project_.name, "migrations.json"), dashboard_json(project_)}});
  }

  void add_database(const project::Database& database, const DatabaseFiles& files) {
    const std::string base = base_name(project_, database);
    Scope scope{project_,
                database,
                files,
                plan_.delivery.method,
                base,
                mount_of(base, "sql", files.scripts),
                mount_of(base, "queries", files.queries)};
    make_settings(scope);
    add_shards(scope, scope.scripts);
    add_shards(scope, scope.queries);
    add_settings(scope, scope.settings, "support", Stage::kSupport);
    add_tenants(scope);
    add_credentials(scope);
    add_network_policies(scope);
    if (project_.migration.policies.backup_before_upgrade) add_job(scope, Stage::kBackup, backup_pod(scope));
    add_job(scope, Stage::kMigrate, migrate_pod(scope));
    add_job(scope, Stage::kVerify, verify_pod(scope));
    if (files.has_contract) add_job(scope, Stage::kContract, contract_pod(scope));
    add_marker(scope);
    add_settings(scope, scope.rollback_settings, "rollback", Stage::kTracked);
    add_rollback(scope);
    add_guard(scope);
  }

  Mount mount_of(const std::string& base, std::string_view suffix,
                 const std::vector<MountedFile>& files) const {
    if (plan_.delivery.method == project::DeliveryMethod::kConfigMap)
      return mount_files(fit_name(base, suffix, kNameLimit - kShardNumber), files);
    Mount mount;
    mount.digest = files_digest(files);
    return mount;
  }

  void add_config_map(DatabaseOrNone database, const Object& object, const Members& data,
                      const Members& binary = {}) {
    add("config_map", object, database,
        {{"data", data.empty() ? Tree() : Tree(data)},
         {"binaryData", binary.empty() ? Tree() : Tree(binary)}});
  }

  void add_shards(const Scope& scope, const Mount& mount) {
    for (const auto& shard : mount.shards) {
      add_config_map(&scope.database,
                     {"configmap", shard.name, "support", Stage::kSupport, server_side_apply(target_)},
                     shard.data, shard.binary_data);
    }
  }

  void add_settings(const Scope& scope, const SettingsMap& map, std::string_view component, Stage stage) {
    if (map.text.empty()) return;
    const Map annotations = stage == Stage::kSupport ? server_side_apply(target_) : Map();
    add_config_map(&scope.database, {"configmap", map.name, component, stage, annotations},
                   {{"settings.yaml", map.text}});
  }

  void add_tenants(const Scope& scope) {
    if (!scope.database.tenants) return;
    add_config_map(&scope.database,
                   {"configmap", tenants_name(scope), "support", Stage::kSupport, server_side_apply(target_)},
                   {{std::string(contract::kTenantsKey), scope.files.tenants}});
  }

  // Two, for the same reason as of a SecretProviderClass: the rollback's stays.
  void add_network_policies(const Scope& scope) {
    if (!project_.kubernetes.network_policy.enabled) return;
    constexpr std::array kHooks = {Phase::kBackup, Phase::kMigrate, Phase::kVerify, Phase::kContract};
    constexpr std::array kRelease = {Phase::kRollback};
    add("network_policy", {"networkpolicy", fit_name(scope.base, "hooks"), "support", Stage::kSupport},
        &scope.database, network_policy_values(project_, scope.database, kHooks));
    add("network_policy", {"networkpolicy", fit_name(scope.base, "rollback"), "rollback", Stage::kTracked},
        &scope.database, network_policy_values(project_, scope.database, kRelease));
  }

  // Of a SecretProviderClass there are two, because what hooks need comes and goes with them.
  void add_credentials(const Scope& scope) {
    const auto& connection = scope.database.connection;
    if (connection.external_secret) {
      const Object object{"externalsecret", fit_name(scope.base, "credentials"), "support", Stage::kSupport};
      add("external_secret", object, &scope.database, external_secret_values(connection));
    }
    if (!connection.csi || !connection.csi->class_name.empty()) return;
    const auto values = secret_provider_class_values(*connection.csi);
    add("secret_provider_class", {"secretproviderclass", hook_class_name(scope), "support", Stage::kSupport},
        &scope.database, values);
    add("secret_provider_class",
        {"secretproviderclass", release_class_name(scope), "rollback", Stage::kTracked}, &scope.database,
        values);
  }

  // The name carries a hash of everything that the Job is made of, the bytes of its files included: what Argo
  // CD finds under it is a run of exactly this.
  void add_job(const Scope& scope, Stage stage, const Pod& planned) {
    const auto phase = phase_name(planned.phase);
    auto values =
        job_values(project_.kubernetes, container_names(planned), pod(project_, scope.database, planned),
                   scope.database.tenants ? &*scope.database.tenants : nullptr);
    if (target_.ended_jobs == EndedJobs::kStay) leave_out(values, "ttlSecondsAfterFinished");
    const std::string hash = fingerprint(values).substr(0, kHashDigits);
    Object job{"job", fit_name(scope.base, fmt::format("{}-{}", phase, hash)), phase, stage,
               set_annotations(scope)};
    job.file_name = fit_name(scope.base, phase);
    if (needs_server_side_apply(scope.scripts, scope.queries))
      job.annotations.merge(server_side_apply(target_));
    if (!scope.database.tenants) {
      for (auto& value : single_run_values()) values.push_back(std::move(value));
    }
    add("job", job, &scope.database, std::move(values));
  }

  // Hooks do not count for Argo CD's sync status: this object is what makes it see a new script set.
  void add_marker(const Scope& scope) {
    add_config_map(&scope.database,
                   {"configmap", fit_name(scope.base, "migration-set"), "marker", Stage::kMarker,
                    set_annotations(scope)},
                   {{"digest", scope.files.set_digest},
                    {"image", project_.kubernetes.image},
                    {"target-version", scope.files.head_version}});
  }

  void add_rollback(const Scope& scope) {
    const std::string name = fit_name(scope.base, "rollback", kCronJobNameLimit);
    const Pod planned = rollback_pod(scope);
    const std::string_view tenant = scope.database.tenants ? " WINDLASS_TENANT=NAME" : "";
    const Map how_to = {{"windlass.dev/how-to-run", how_to_roll_back(name, tenant)}};
    add("cron_job", {"cronjob", name, "rollback", Stage::kTracked, how_to}, &scope.database,
        job_values(project_.kubernetes, container_names(planned), pod(project_, scope.database, planned)));
  }

  void add_guard(const Scope& scope) {
    // Neither Argo CD nor kubectl reads a file of this ending, so nobody takes it for an object to apply.
    // An application for many tenants starts although one of them is behind.
    if (!reached_by_init_containers(scope) || scope.database.tenants) return;
    Members values = guard_values(scope);
    values.push_back({"name", project_.name});
    plan_.snippets.push_back({fmt::format("snippets/{}.yaml.txt", fit_name(scope.base, "guard")),
                              FromTemplate{"guard_patch", std::move(values)}});
  }

  std::string how_to_roll_back(const std::string& name, std::string_view tenant) const {
    return fmt::format(
        "kubectl -n {0} create job {1}-1 --from=cronjob/{1} --dry-run=client -o yaml"
        " | kubectl set env --local -f - WINDLASS_TARGET=VERSION WINDLASS_CONFIRM=VALUE{2} -o yaml"
        " | kubectl -n {0} create -f -",
        project_.kubernetes.namespace_name, name, tenant);
  }

  static std::vector<std::string> container_names(const Pod& planned) {
    std::vector<std::string> names = {planned.main.name};
    for (const auto& container : planned.init_containers) names.push_back(container.name);
    return names;
  }

  static void leave_out(Members& values, std::string_view key) {
    for (auto& value : values) {
      if (value.key == key) value.value = Tree();
    }
  }

  static Map set_annotations(const Scope& scope) {
    Map annotations = {{std::string(contract::kDigestAnnotation), scope.files.set_digest}};
    if (!scope.files.head_version.empty())
      annotations.emplace(contract::kVersionAnnotation, scope.files.head_version);
    return annotations;
  }

  const project::Project& project_;
  const Target& target_;
  Plan plan_;
};

}  // namespace

Plan make_plan(const project::Project& project, const std::vector<DatabaseFiles>& files,
               const Target& target) {
  return Planner(project, target).run(files);
}

}  // namespace windlass::generator
