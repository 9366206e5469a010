#include "generator/plan/plan.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

using Names = std::vector<std::string>;

Names paths(const Rendered& rendered) {
  Names names;
  for (const auto* list : {&rendered.objects, &rendered.snippets}) {
    for (const auto& manifest : *list) names.push_back(manifest.path);
  }
  return names;
}

std::string text_of(const Rendered& rendered) {
  std::string text;
  for (const auto& object : rendered.objects) text += object.text;
  return text;
}

std::string name_of_job(const project::Project& project, const std::vector<DatabaseFiles>& files) {
  const auto rendered = render(make_plan(project, files, argocd_presync()), Templates::built_in(), project);
  return std::string(
      text_at(manifest_at(rendered, "30-presync-job-storefront-migrate.yaml").tree, {"metadata", "name"}));
}

const Tree& container_of(const Manifest& job, std::string_view list, std::size_t index) {
  return list_at(job.tree, {"spec", "template", "spec", list}).at(index);
}

}  // namespace

TEST_CASE("one database becomes these files, in the order of a sync") {
  CHECK(paths(sample_render()) ==
        Names{"10-presync-configmap-storefront-queries-0.yaml", "10-presync-configmap-storefront-sql-0.yaml",
              "10-presync-serviceaccount-storefront-migrate.yaml", "20-presync-job-storefront-backup.yaml",
              "30-presync-job-storefront-migrate.yaml", "40-sync-configmap-storefront-migration-set.yaml",
              "40-sync-cronjob-storefront-rollback.yaml", "40-sync-serviceaccount-storefront-rollback.yaml",
              "50-postsync-job-storefront-verify.yaml", "snippets/storefront-guard.yaml.txt"});
}

TEST_CASE("hooks stand in their waves with the policies that retries need") {
  const auto rendered = sample_render();
  const auto [path, hook, wave, policy] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {"10-presync-configmap-storefront-sql-0.yaml", "PreSync", "-5", "HookSucceeded"},
      {"10-presync-serviceaccount-storefront-migrate.yaml", "PreSync", "-5", "HookSucceeded"},
      {"20-presync-job-storefront-backup.yaml", "PreSync", "-1", "BeforeHookCreation"},
      {"30-presync-job-storefront-migrate.yaml", "PreSync", "0", "BeforeHookCreation"},
      {"40-sync-configmap-storefront-migration-set.yaml", "", "", ""},
      {"40-sync-cronjob-storefront-rollback.yaml", "", "", ""},
      {"40-sync-serviceaccount-storefront-rollback.yaml", "", "", ""},
      {"50-postsync-job-storefront-verify.yaml", "PostSync", "2", "BeforeHookCreation"},
  }));
  const auto& tree = manifest_at(rendered, path).tree;
  CHECK(text_at(tree, {"metadata", "annotations", "argocd.argoproj.io/hook"}) == hook);
  CHECK(text_at(tree, {"metadata", "annotations", "argocd.argoproj.io/sync-wave"}) == wave);
  CHECK(text_at(tree, {"metadata", "annotations", "argocd.argoproj.io/hook-delete-policy"}) == policy);
  CHECK(text_at(tree, {"metadata", "namespace"}) == "shop");
  CHECK(text_at(tree, {"metadata", "labels", "app.kubernetes.io/managed-by"}) == "windlass");
}

TEST_CASE("policies of the project decide about backup and dry run") {
  auto project = sample_project();
  project.migration.policies.backup_before_upgrade = false;
  project.migration.policies.dry_run_first = true;
  const auto rendered = sample_render(project);
  CHECK(paths(rendered).size() == 9);
  const auto& migrate = manifest_at(rendered, "30-presync-job-storefront-migrate.yaml");
  CHECK(text_at(container_of(migrate, "initContainers", 0), {"name"}) == "preflight");
  CHECK(text_at(container_of(migrate, "initContainers", 1), {"name"}) == "dry-run");
  CHECK(container_of(migrate, "initContainers", 1).find({"args"})->list()->at(0) == "migrate");
  CHECK(list_at(migrate.tree, {"spec", "podFailurePolicy", "rules"}).size() == 4);
}

TEST_CASE("each database has objects of its own, and all share the ServiceAccounts") {
  auto project = sample_project();
  project.databases.push_back(sample_database("reports"));
  const auto rendered = sample_render(project);
  std::set<std::string> names;
  std::size_t accounts = 0;
  for (const auto& object : rendered.objects) {
    names.insert(std::string(text_at(object.tree, {"kind"})) + "/" +
                 std::string(text_at(object.tree, {"metadata", "name"})));
    accounts += text_at(object.tree, {"kind"}) == "ServiceAccount" ? 1 : 0;
  }
  CHECK(names.size() == rendered.objects.size());
  CHECK(accounts == 2);
  CHECK(rendered.objects.size() == 2 + 2 * 7);
  CHECK(rendered.snippets.size() == 2);
}

TEST_CASE("a Job's name changes with its scripts, its image and its settings, and with nothing else") {
  const auto project = sample_project();
  const auto files = sample_files_of(project);
  const std::string name = name_of_job(project, files);
  CHECK(name.size() == std::string("storefront-migrate-").size() + 8);
  CHECK(name_of_job(project, files) == name);

  auto other = files;
  other[0].scripts[0].bytes += "-- changed\n";
  CHECK(name_of_job(project, other) != name);
  other = files;
  other[0].set_digest = std::string(64, 'e');
  CHECK(name_of_job(project, other) != name);

  auto changed = project;
  changed.kubernetes.image = "registry.example.com/windlass:1.1";
  CHECK(name_of_job(changed, files) != name);
  changed = project;
  changed.migration.limits.retries = 1;
  CHECK(name_of_job(changed, files) != name);
  changed = project;
  changed.description = "other words";
  changed.verify.allow_not_valid = {"a.b"};
  CHECK(name_of_job(changed, files) == name);
}

TEST_CASE("the same project gives the same bytes") {
  CHECK(text_of(sample_render()) == text_of(sample_render()));
}

TEST_CASE("a settings file is mounted only when the environment cannot carry a value") {
  auto project = sample_project();
  project.migration.placeholders = {{"greeting", "hello, world"}};
  const auto rendered = sample_render(project);
  const auto& map = manifest_at(rendered, "10-presync-configmap-storefront-settings.yaml");
  CHECK(text_at(map.tree, {"data", "settings.yaml"}) == "placeholders:\n  greeting: hello, world\n");
  const auto& copy = manifest_at(rendered, "40-sync-configmap-storefront-rollback-settings.yaml");
  CHECK(text_at(copy.tree, {"data", "settings.yaml"}) == "placeholders:\n  greeting: hello, world\n");
  const auto& migrate = manifest_at(rendered, "30-presync-job-storefront-migrate.yaml");
  CHECK(env_value(container_of(migrate, "containers", 0), "WINDLASS_SETTINGS") ==
        "/windlass/settings/settings.yaml");

  auto changed = project;
  changed.migration.placeholders["greeting"] = "hello, moon";
  CHECK(name_of_job(changed, sample_files_of(changed)) != name_of_job(project, sample_files_of(project)));
}

TEST_CASE("a backup goes into the claim that is named, else into the pod") {
  auto project = sample_project();
  project.backup.size = "5Gi";
  const auto volume = [&] {
    const auto rendered = sample_render(project);
    return list_at(manifest_at(rendered, "20-presync-job-storefront-backup.yaml").tree,
                   {"spec", "template", "spec", "volumes"})
        .back();
  };
  CHECK(volume() == Members{{"name", "backup"}, {"emptyDir", Members{{"sizeLimit", "5Gi"}}}});
  project.backup.claim_name = "backups";
  CHECK(volume() ==
        Members{{"name", "backup"}, {"persistentVolumeClaim", Members{{"claimName", "backups"}}}});
}

TEST_CASE("a project that brings its ServiceAccount gets none") {
  auto project = sample_project();
  project.kubernetes.service_account = "db";
  project.kubernetes.create_service_account = false;
  const auto rendered = sample_render(project);
  for (const auto& object : rendered.objects) CHECK(text_at(object.tree, {"kind"}) != "ServiceAccount");
  const auto& rollback = manifest_at(rendered, "40-sync-cronjob-storefront-rollback.yaml");
  CHECK(text_at(rollback.tree, {"spec", "jobTemplate", "spec", "template", "spec", "serviceAccountName"}) ==
        "db");
}

TEST_CASE("an identity stands on both ServiceAccounts, and on the pods where the cloud asks for it") {
  auto project = sample_project();
  project.identity = {project::IdentityProvider::kAks, "0000-client"};
  const auto rendered = sample_render(project);
  for (const auto* path : {"10-presync-serviceaccount-storefront-migrate.yaml",
                           "40-sync-serviceaccount-storefront-rollback.yaml"}) {
    CHECK(text_at(manifest_at(rendered, path).tree,
                  {"metadata", "annotations", "azure.workload.identity/client-id"}) == "0000-client");
  }
  CHECK(text_at(manifest_at(rendered, "30-presync-job-storefront-migrate.yaml").tree,
                {"spec", "template", "metadata", "labels", "azure.workload.identity/use"}) == "true");
}

TEST_CASE("where pods run is the project's to say") {
  auto project = sample_project();
  auto& kubernetes = project.kubernetes;
  kubernetes.node_selector = {{"pool", "batch"}};
  kubernetes.tolerations = {{"dedicated", "Equal", "batch", "NoSchedule"}, {"", "Exists", "", ""}};
  kubernetes.image_pull_secrets = {"registry"};
  kubernetes.priority_class = "high";
  kubernetes.requests = {{"cpu", "1"}};
  kubernetes.labels = {{"cost-center", "42"}};
  kubernetes.annotations = {{"team", "shop"}};
  kubernetes.run_as_user = 1000;
  const auto rendered = sample_render(project);
  const Tree& pod =
      *manifest_at(rendered, "30-presync-job-storefront-migrate.yaml").tree.find({"spec", "template"});
  CHECK(*pod.find({"spec", "nodeSelector"}) == Members{{"pool", "batch"}});
  CHECK(
      *pod.find({"spec", "tolerations"}) ==
      List{Members{{"key", "dedicated"}, {"operator", "Equal"}, {"value", "batch"}, {"effect", "NoSchedule"}},
           Members{{"operator", "Exists"}}});
  CHECK(*pod.find({"spec", "imagePullSecrets"}) == List{Members{{"name", "registry"}}});
  CHECK(text_at(pod, {"spec", "priorityClassName"}) == "high");
  CHECK(*pod.find({"spec", "securityContext", "runAsUser"}) == 1000);
  CHECK(*list_at(pod, {"spec", "containers"})[0].find({"resources"}) ==
        Members{{"requests", Members{{"cpu", "1"}}}});
  CHECK(text_at(pod, {"metadata", "labels", "cost-center"}) == "42");
  CHECK(text_at(pod, {"metadata", "annotations", "team"}) == "shop");
}

TEST_CASE("scripts in an image need no ConfigMap, and the pods bring them before the hook starts") {
  using project::DeliveryMethod;
  auto project = sample_project();
  project.delivery.image = "registry.example.com/scripts:1";
  const auto [method, volume, loads] = GENERATE(
      table<DeliveryMethod, std::string, bool>({{DeliveryMethod::kImage, "", false},
                                                {DeliveryMethod::kCopy, "emptyDir", true},
                                                {DeliveryMethod::kImageVolume, "image", false},
                                                {DeliveryMethod::kObjectStorage, "emptyDir", true}}));
  project.delivery.method = method;
  if (method == DeliveryMethod::kObjectStorage) project.delivery.command = {"fetch", "$(SCRIPTS)"};
  const auto rendered = sample_render(project);
  for (const auto& path : paths(rendered)) CHECK(path.find("presync-configmap") == std::string::npos);
  for (const auto* path : {"20-presync-job-storefront-backup.yaml", "30-presync-job-storefront-migrate.yaml",
                           "50-postsync-job-storefront-verify.yaml"}) {
    const auto& job = manifest_at(rendered, path);
    const auto& volumes = list_at(job.tree, {"spec", "template", "spec", "volumes"});
    REQUIRE(volumes.size() >= 1);
    CHECK((volume.empty() ||
           (volumes.at(1).find({volume}) != nullptr && (text_at(volumes.at(1), {"name"}) == "sql"))));
    const auto& first = list_at(job.tree, {"spec", "template", "spec", "initContainers"});
    const bool loaded = !first.empty() && (text_at(first.front(), {"name"}) == "scripts");
    CHECK(loaded == loads);
    if (!loaded) continue;
    CHECK((text_at(first.front(), {"image"}) == "registry.example.com/scripts:1"));
    const auto& mount = list_at(first.front(), {"volumeMounts"}).back();
    CHECK(((text_at(mount, {"mountPath"}) == "/windlass/sql") && mount.find({"readOnly"}) == nullptr));
    CHECK(env_value(first.front(), "SCRIPTS") == "/windlass/sql");
    CHECK(env_value(first.front(), "HOME") == (method == DeliveryMethod::kCopy ? "(none)" : "/tmp"));
    const bool copies = method == DeliveryMethod::kCopy;
    CHECK(list_at(first.front(), {"command"}) ==
          (copies ? List{"cp", "-RL", "/migrations/.", "$(SCRIPTS)"} : List{"fetch", "$(SCRIPTS)"}));
  }
}

TEST_CASE("faults of the project and of its files end up in the plan") {
  auto project = sample_project();
  project.kubernetes.run_as_user = 0;
  auto files = sample_files_of(project);
  files[0].scripts[0] = {"sql/V1__a.sql", std::string(2'000'000, 'x'), "sql/V1__a.sql"};
  const auto plan = make_plan(project, files, argocd_presync());
  CHECK(plan.diagnostics.error_count() == 2);
}

TEST_CASE("with a script that is marked contract there is a Job for after verify") {
  const auto project = sample_project();
  auto files = sample_files();
  CHECK_FALSE(files.has_contract);
  files.has_contract = true;
  const auto rendered = render(make_plan(project, {files}, argocd_presync()), Templates::built_in(), project);
  const Tree& job = manifest_at(rendered, "60-postsync-job-storefront-contract.yaml").tree;
  CHECK(text_at(job, {"metadata", "annotations", "argocd.argoproj.io/hook"}) == "PostSync");
  CHECK(text_at(job, {"metadata", "annotations", "argocd.argoproj.io/sync-wave"}) == "3");
  CHECK(text_at(job, {"spec", "template", "metadata", "labels", "windlass.dev/phase"}) == "contract");
}

}  // namespace windlass::generator
