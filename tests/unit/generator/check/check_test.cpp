#include "generator/check/check.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <functional>

#include "core/base/files.hpp"
#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

using Path = std::initializer_list<std::string_view>;

constexpr const char* kScripts = "10-presync-configmap-storefront-sql-0.yaml";
constexpr const char* kAccount = "10-presync-serviceaccount-storefront-migrate.yaml";
constexpr const char* kMigrate = "30-presync-job-storefront-migrate.yaml";
constexpr const char* kMarker = "40-sync-configmap-storefront-migration-set.yaml";
constexpr const char* kRollback = "40-sync-cronjob-storefront-rollback.yaml";

constexpr const char* kHook = "argocd.argoproj.io/hook";
constexpr const char* kPolicy = "argocd.argoproj.io/hook-delete-policy";
constexpr const char* kWave = "argocd.argoproj.io/sync-wave";

// A good set of manifests, to be broken in one place.
class Broken {
 public:
  explicit Broken(const Target& target = argocd_presync())
      : rendered_(sample_render(sample_project(), target)) {}
  explicit Broken(const project::Project& project) : rendered_(sample_render(project)) {}

  Manifest& at(const std::string& path) { return const_cast<Manifest&>(manifest_at(rendered_, path)); }

  Broken& set(const std::string& path, Path where, Tree value) {
    Tree* found = at(path).tree.find(where);
    REQUIRE(found != nullptr);
    *found = std::move(value);
    return *this;
  }

  Broken& add(const std::string& path, Path where, const std::string& key, Tree value) {
    Tree* found = at(path).tree.find(where);
    REQUIRE(found != nullptr);
    REQUIRE(found->members() != nullptr);
    Members members = *found->members();
    members.push_back({key, std::move(value)});
    *found = std::move(members);
    return *this;
  }

  Broken& remove(const std::string& path, Path where, const std::string& key) {
    Tree* found = at(path).tree.find(where);
    REQUIRE(found != nullptr);
    Members members = *found->members();
    REQUIRE(std::erase_if(members, [&](const Member& member) { return member.key == key; }) == 1);
    *found = std::move(members);
    return *this;
  }

  // The first item of the list at `where`, changed.
  Broken& change_first(const std::string& path, Path where, const std::function<void(Tree&)>& change) {
    Tree* found = at(path).tree.find(where);
    REQUIRE(found != nullptr);
    List list = *found->list();
    change(list.at(0));
    *found = std::move(list);
    return *this;
  }

  Broken& drop(const std::string& path) {
    std::erase_if(rendered_.objects, [&](const Manifest& manifest) { return manifest.path == path; });
    return *this;
  }

  Broken& repeat(const std::string& path) {
    rendered_.objects.push_back(at(path));
    return *this;
  }

  // "E1 path: message", a line for each finding.
  std::string findings() const {
    std::string text;
    for (const auto& finding : check(rendered_))
      text += finding.rule + " " + finding.path + ": " + finding.message + "\n";
    return text;
  }

 private:
  Rendered rendered_;
};

std::string line(const std::string& rule, const std::string& path, const std::string& message) {
  return rule + " " + path + ": " + message + "\n";
}

}  // namespace

TEST_CASE("what is rendered breaks no rule") {
  CHECK(Broken().findings().empty());
  auto project = sample_project();
  project.databases.push_back(sample_database("reports"));
  project.migration.placeholders = {{"a", "b, c"}};
  project.migration.policies.dry_run_first = true;
  project.backup.claim_name = "backups";
  for (const auto* target : targets()) CHECK(check(sample_render(project, *target)).empty());
  project.kubernetes.service_account = "db";
  project.kubernetes.create_service_account = false;
  project.kubernetes.min_version = "1.22";
  for (const auto* target : targets()) CHECK(check(sample_render(project, *target)).empty());
}

TEST_CASE("the rules are listed in order and each says what it asks for") {
  int last = 0;
  for (const auto& rule : rules()) {
    const int number = std::stoi(std::string(rule.id.substr(1)));
    CHECK(number > last);
    CHECK(rule.says.ends_with('.'));
    last = number;
  }
}

TEST_CASE("docs/manifests.md lists every rule") {
  const std::string page = read_file(WINDLASS_DOCS "/manifests.md", 1 << 20);
  std::string table = "| check | what it asks for |\n|---|---|\n";
  for (const auto& rule : rules()) table += fmt::format("| {} | {} |\n", rule.id, rule.says);
  CHECK(page.ends_with(table));
}

TEST_CASE("E1: a word that Argo CD does not know") {
  CHECK(Broken().set(kMigrate, {"metadata", "annotations", kHook}, "presync").findings() ==
        line("E1", kMigrate, "argocd.argoproj.io/hook knows no 'presync'"));
  CHECK(Broken().set(kScripts, {"metadata", "annotations", kPolicy}, "").findings() ==
        line("E1", kScripts, "argocd.argoproj.io/hook-delete-policy is empty"));
  CHECK(Broken()
            .set(kAccount, {"metadata", "annotations", kWave}, "-5a")
            .findings()
            .find(line("E1", kAccount, "argocd.argoproj.io/sync-wave is no whole number")) == 0);
}

TEST_CASE("E2: two objects of one name") {
  CHECK(Broken().repeat(kMarker).findings() ==
        line("E2", kMarker, "ConfigMap storefront-migration-set is there twice"));
}

TEST_CASE("E3, E21: a Job that is unbounded, short-lived, or taken for an older one") {
  CHECK(Broken().remove(kMigrate, {"spec"}, "backoffLimit").findings() ==
        line("E3", kMigrate, "no backoffLimit: the default is 6"));
  CHECK(Broken().remove(kRollback, {"spec", "jobTemplate", "spec"}, "activeDeadlineSeconds").findings() ==
        line("E3", kRollback, "no activeDeadlineSeconds: it may wait for ever"));
  CHECK(Broken().set(kMigrate, {"spec", "ttlSecondsAfterFinished"}, 60).findings() ==
        line("E3", kMigrate, "ttlSecondsAfterFinished is under 1h"));
  CHECK(Broken().add(kMigrate, {"spec"}, "suspend", false).findings() ==
        line("E3", kMigrate, "Argo CD takes a suspended and resumed Job for healthy"));
  CHECK(Broken().set(kMigrate, {"metadata", "annotations", kPolicy}, "HookSucceeded").findings() ==
        line("E21", kMigrate, "no BeforeHookCreation: a retry would take the old Job's result"));
  CHECK(Broken().remove(kMigrate, {"spec"}, "ttlSecondsAfterFinished").findings() ==
        line("E21", kMigrate, "no ttlSecondsAfterFinished: the Job would stay for ever"));
  CHECK(Broken().set(kMigrate, {"metadata", "name"}, "storefront-migrate").findings() ==
        line("E3", kMigrate, "the name carries no hash of its content"));
  CHECK(Broken().set(kMigrate, {"metadata", "name"}, std::string(60, 'a') + "-12345678").findings() ==
        line("E3", kMigrate, "the name is longer than 63 characters"));
  CHECK(Broken().set(kRollback, {"metadata", "name"}, std::string(53, 'a')).findings() ==
        line("E3", kRollback, "the name is longer than 52 characters"));
  CHECK(Broken().set(kMigrate, {"spec", "template", "spec", "restartPolicy"}, "OnFailure").findings() ==
        line("E3", kMigrate, "restartPolicy is not Never") +
            line("E11", kMigrate, "podFailurePolicy needs restartPolicy Never"));
}

TEST_CASE("E4: a hook that needs what is not there yet") {
  const std::string backup = "20-presync-job-storefront-backup.yaml";
  const std::string verify = "50-postsync-job-storefront-verify.yaml";
  const auto for_all = [&](const std::string& message) {
    return line("E4", backup, message) + line("E4", kMigrate, message) + line("E4", verify, message);
  };
  CHECK(Broken().drop(kScripts).findings() == for_all("ConfigMap storefront-sql-0 is not rendered"));
  CHECK(Broken().drop(kAccount).findings() == for_all("ServiceAccount storefront-migrate is not rendered"));
  CHECK(Broken().set(kAccount, {"metadata", "annotations"}, Members{{"team", "x"}}).findings() ==
        for_all("ServiceAccount storefront-migrate is not a hook of an earlier wave"));
  CHECK(Broken().set(kAccount, {"metadata", "annotations", kWave}, "0").findings() ==
        line("E4", backup, "ServiceAccount storefront-migrate is not a hook of an earlier wave") +
            line("E4", kMigrate, "ServiceAccount storefront-migrate is not a hook of an earlier wave"));
}

TEST_CASE("E5: a policy that deletes because a sync failed") {
  CHECK(Broken().set(kAccount, {"metadata", "annotations", kPolicy}, "HookSucceeded,HookFailed").findings() ==
        line("E5", kAccount, "HookFailed takes the evidence away"));
}

TEST_CASE("E6: data that would be deleted with its hook") {
  const std::string kind = GENERATE("Secret", "PersistentVolumeClaim");
  CHECK(Broken()
            .repeat(kAccount)
            .set(kAccount, {"kind"}, kind)
            .findings()
            .find(line("E6", kAccount, "a hook's " + kind + " is deleted with its data")) !=
        std::string::npos);
}

TEST_CASE("E7, E26: a ConfigMap that cannot be applied") {
  CHECK(Broken().add(kMarker, {"data"}, "a b", "x").findings() ==
        line("E7", kMarker, "'a b' is no key of a ConfigMap"));
  CHECK(Broken().add(kMarker, {"data"}, "..x", "x").findings() ==
        line("E7", kMarker, "'..x' is no key of a ConfigMap"));
  CHECK(Broken().set(kMarker, {"data", "image"}, 1).findings() ==
        line("E7", kMarker, "the value of image is no text"));
  CHECK(Broken().add(kScripts, {"data"}, "big", std::string(210'000, 'x')).findings() ==
        line("E7", kScripts, "more than 200 KiB in one ConfigMap of several files"));
  CHECK(Broken().set(kMarker, {"data", "image"}, std::string(210'000, 'x')).findings() ==
        line("E7", kMarker, "more than 200 KiB in one ConfigMap of several files") +
            line("E26", kMarker, "no ServerSideApply=true"));
  CHECK(
      Broken().remove(kScripts, {"metadata", "annotations"}, "argocd.argoproj.io/sync-options").findings() ==
      line("E26", kScripts, "no ServerSideApply=true"));
}

TEST_CASE("E9: a Helm hook among Argo CD's") {
  CHECK(Broken().add(kMigrate, {"metadata", "annotations"}, "helm.sh/hook", "PreSync").findings() ==
        line("E9", kMigrate, "helm.sh/hook among Argo CD's annotations"));
}

TEST_CASE("E10: what stands beside the hook is no sidecar that ends with it") {
  auto project = sample_project();
  auto& connection = project.databases[0].connection;
  connection.proxy = project::Proxy{.kind = project::ProxyKind::kAlloyDb, .instance = "i"};
  const auto broken = [&](const std::function<void(Tree&)>& change) {
    return Broken(project)
        .change_first(kMigrate, {"spec", "template", "spec", "initContainers"}, change)
        .findings();
  };
  CHECK(Broken(project).findings().empty());
  const std::string name = "container alloydb-auth-proxy: ";
  CHECK(broken([](Tree& proxy) { *proxy.find({"restartPolicy"}) = "Never"; }) ==
        line("E10", kMigrate, name + "restartPolicy is not Always"));
  CHECK(broken([](Tree& proxy) { *proxy.find({"startupProbe"}) = Tree(); }) ==
        line("E10", kMigrate, name + "it has no startupProbe"));
  CHECK(broken([](Tree& proxy) { *proxy.find({"args"}) = List{"--exit-zero-on-sigterm"}; }) ==
        line("E10", kMigrate, name + "it does not know the flag of the other proxy") +
            line("E10", kMigrate, name + "it would end with 143 when it is told to stop"));
  project.kubernetes.min_version = "1.28";
  CHECK(Broken(project).findings().empty());
  CHECK(Broken(project)
            .change_first(kMigrate, {"spec", "template", "spec", "containers"},
                          [](Tree& container) { *container.find({"env"}) = List{}; })
            .findings() ==
        line("E10", kMigrate, name + "it would keep the Job from ending") +
            line("E15", kMigrate, "container migrate expects another script set than the marker names"));
  CHECK(Broken()
            .change_first(kMigrate, {"spec", "template", "spec", "containers"},
                          [](Tree& container) { *container.find({"command"}) = List{"sh"}; })
            .findings() == line("E10", kMigrate, "container migrate: it would keep the Job from ending"));
}

TEST_CASE("E11: a failure policy that matches what it should not") {
  const auto with_container = [](Tree name) {
    return List{Members{{"action", "FailJob"},
                        {"onExitCodes", Members{{"containerName", std::move(name)}, {"values", List{76}}}}}};
  };
  CHECK(Broken().set(kMigrate, {"spec", "podFailurePolicy", "rules"}, with_container("other")).findings() ==
        line("E11", kMigrate, "a rule of podFailurePolicy names no container: 'other'"));
  CHECK(Broken().set(kMigrate, {"spec", "podFailurePolicy", "rules"}, with_container(Tree())).findings() ==
        line("E11", kMigrate, "a rule of podFailurePolicy names no container: ''"));
  CHECK(Broken().set(kMigrate, {"spec", "podReplacementPolicy"}, "TerminatingOrFailed").findings() ==
        line("E11", kMigrate, "podReplacementPolicy is not Failed"));
  CHECK(Broken()
            .set(kMigrate, {"spec", "podFailurePolicy", "rules"}, List(21, Members{{"action", "Ignore"}}))
            .findings() == line("E11", kMigrate, "podFailurePolicy has more than 20 rules"));
  const Tree zero = List{Members{
      {"action", "FailJob"}, {"onExitCodes", Members{{"containerName", "migrate"}, {"values", List{0}}}}}};
  CHECK(Broken().set(kMigrate, {"spec", "podFailurePolicy", "rules"}, zero).findings() ==
        line("E11", kMigrate, "Kubernetes refuses exit code 0 in a rule"));
}

TEST_CASE("E12: a pod that a restricted namespace does not take") {
  const auto container = [](Path where, const Tree& value) {
    return Broken()
        .change_first(kMigrate, {"spec", "template", "spec", "initContainers"},
                      [&](Tree& first) { *first.find(where) = value; })
        .findings();
  };
  const auto finding = [](const std::string& fault) {
    return line("E12", kMigrate, "container preflight: " + fault);
  };
  CHECK(container({"securityContext", "allowPrivilegeEscalation"}, true) ==
        finding("privilege escalation is not off"));
  CHECK(container({"securityContext", "readOnlyRootFilesystem"}, false) ==
        finding("the root file system can be written"));
  CHECK(container({"securityContext", "runAsNonRoot"}, false) == finding("it may run as root"));
  CHECK(container({"securityContext", "capabilities", "drop"}, List{"NET_ADMIN"}) ==
        finding("it keeps capabilities"));
  CHECK(container({"securityContext", "seccompProfile", "type"}, "Unconfined") ==
        finding("no seccomp profile"));
  CHECK(Broken()
            .change_first(kMigrate, {"spec", "template", "spec", "volumes"},
                          [](Tree& first) {
                            first = Members{{"name", "tmp"}, {"hostPath", Members{{"path", "/"}}}};
                          })
            .findings() == line("E12", kMigrate, "a restricted namespace takes no hostPath volume"));
  CHECK(Broken()
            .add(kRollback, {"spec", "jobTemplate", "spec", "template", "spec"}, "hostNetwork", true)
            .findings() == line("E12", kRollback, "hostNetwork is on"));
  CHECK(Broken().set(kMigrate, {"spec", "template", "spec", "securityContext", "runAsUser"}, 0).findings() ==
        line("E12", kMigrate, "the pod runs as root"));
}

TEST_CASE("E13: a label by which the application's Service would select the pods") {
  CHECK(Broken().add(kMigrate, {"spec", "template", "metadata", "labels"}, "app", "storefront").findings() ==
        line("E13", kMigrate, "a Service may select the pods by app"));
  CHECK(Broken()
            .set(kMigrate, {"spec", "template", "metadata", "labels", "app.kubernetes.io/name"}, "storefront")
            .findings() == line("E13", kMigrate, "a Service may select the pods by app.kubernetes.io/name"));
}

TEST_CASE("E14: a ServiceAccount whose name changes with the scripts") {
  Broken broken;
  const std::string job(text_at(broken.at(kMigrate).tree, {"metadata", "name"}));
  const std::string account = "40-sync-serviceaccount-storefront-rollback.yaml";
  CHECK(broken.set(account, {"metadata", "name"}, "rollback" + job.substr(job.size() - 9)).findings() ==
        line("E14", account, "the name carries the hash of a Job"));
}

TEST_CASE("E15: a marker that speaks of another script set") {
  const std::string findings = Broken().set(kMarker, {"data", "digest"}, "other").findings();
  CHECK(findings.find(
            line("E15", kMigrate, "container migrate expects another script set than the marker names")) !=
        std::string::npos);
  CHECK(Broken().drop(kMarker).findings().find("E15") == 0);
}

TEST_CASE("E18: an empty map that Argo CD's create-job action drops") {
  CHECK(Broken()
            .change_first(kRollback, {"spec", "jobTemplate", "spec", "template", "spec", "volumes"},
                          [](Tree& first) {
                            first = Members{{"name", "tmp"}, {"emptyDir", Members{}}};
                          })
            .findings() ==
        line("E18", kRollback, "jobTemplate.spec.template.spec.volumes[].emptyDir is an empty map"));
}

TEST_CASE("E19: a rollback that a good sync would delete") {
  CHECK(Broken().set(kRollback, {"spec", "suspend"}, false).findings() ==
        line("E19", kRollback, "the rollback is not suspended"));
  CHECK(Broken()
            .set(kRollback, {"spec", "jobTemplate", "spec", "template", "spec", "serviceAccountName"},
                 "storefront-migrate")
            .findings() == line("E19", kRollback, "ServiceAccount storefront-migrate is a hook"));
  const Members hook = {{kHook, "PostSync"}, {kPolicy, "HookSucceeded"}, {kWave, "1"}};
  CHECK(Broken()
            .set(kRollback, {"metadata", "annotations"}, hook)
            .findings()
            .find(line("E19", kRollback, "the rollback is a hook")) != std::string::npos);
}

TEST_CASE("E20: something that would run when a sync fails") {
  CHECK(Broken().set(kMigrate, {"metadata", "annotations", kHook}, "SyncFail").findings() ==
        line("E20", kMigrate, "it would run on SyncFail"));
}

TEST_CASE("E22: a tracked Job that would run again by itself, or never again") {
  const std::string job = "30-sync-job-storefront-migrate.yaml";
  const auto broken = [] { return Broken(argocd_waves()); };
  CHECK(broken().add(job, {"spec"}, "ttlSecondsAfterFinished", 86400).findings() ==
        line("E22", job, "with ttlSecondsAfterFinished it would run again when it is gone"));
  CHECK(broken()
            .set(job, {"metadata", "annotations", "argocd.argoproj.io/sync-options"}, "Replace=true")
            .findings() ==
        line("E22", job, "no Force=true: a sync after a failed one would find the old failure"));
  CHECK(broken()
            .add(job, {"metadata", "annotations"}, kHook, "Sync")
            .add(job, {"metadata", "annotations"}, kPolicy, "BeforeHookCreation")
            .findings() == line("E22", job, "it is a hook"));
}

TEST_CASE("E23: a tracked Job whose needs are not there yet") {
  const std::string account = "10-sync-serviceaccount-storefront-migrate.yaml";
  const std::string backup = "20-sync-job-storefront-backup.yaml";
  const std::string migrate = "30-sync-job-storefront-migrate.yaml";
  CHECK(Broken(argocd_waves()).set(account, {"metadata", "annotations", kWave}, "-5").findings() ==
        line("E23", backup, "ServiceAccount storefront-migrate is not tracked in an earlier wave"));
  CHECK(Broken(argocd_waves())
            .drop("10-sync-configmap-storefront-sql-0.yaml")
            .findings()
            .find(line("E23", migrate, "ConfigMap storefront-sql-0 is not rendered")) != std::string::npos);
  CHECK(Broken(argocd_waves())
            .set(account, {"metadata", "annotations", kWave}, "early")
            .findings()
            .find(line("E1", account, "argocd.argoproj.io/sync-wave is no whole number")) == 0);
}

TEST_CASE("E28: a marker that does not wait for verify") {
  const std::string verify = "50-sync-job-storefront-verify.yaml";
  const std::string marker = "70-sync-configmap-storefront-migration-set.yaml";
  const auto broken = [] { return Broken(argocd_gated()); };
  CHECK(broken().findings().empty());
  CHECK(broken().set(marker, {"metadata", "annotations", kWave}, "100").findings() ==
        line("E28", marker, "it does not wait for " + verify));
  CHECK(broken().set(verify, {"metadata", "annotations", kHook}, "PostSync").findings() ==
        line("E28", marker, "it does not wait for " + verify));
  CHECK(broken()
            .add(marker, {"metadata", "annotations"}, kHook, "Sync")
            .add(marker, {"metadata", "annotations"}, kPolicy, "HookSucceeded")
            .findings()
            .ends_with(line("E28", marker, "a hook does not count for the sync status")));
}

TEST_CASE("E24, E25: plain manifests that a pipeline cannot apply folder by folder") {
  const std::string account = "10-support/serviceaccount-storefront-migrate.yaml";
  const std::string rollback = "40-release/cronjob-storefront-rollback.yaml";
  const std::string job = "20-backup/job-storefront-backup.yaml";
  Broken late(plain());
  late.at(account).path = "30-migrate/serviceaccount-storefront-migrate.yaml";
  CHECK(late.findings().find(
            line("E24", job, "ServiceAccount storefront-migrate is not in an earlier folder")) == 0);
  CHECK(Broken(plain())
            .add(rollback, {"metadata", "annotations"}, kHook, "Sync")
            .findings()
            .find(line("E25", rollback, "it carries argocd.argoproj.io/hook")) != std::string::npos);
}

TEST_CASE("E27: a NetworkPolicy that does not select the pods, or comes too late") {
  auto project = sample_project();
  project.kubernetes.network_policy.enabled = true;
  for (const auto* target : targets()) CHECK(check(sample_render(project, *target)).empty());
  constexpr const char* kHooks = "10-presync-networkpolicy-storefront-hooks.yaml";
  constexpr const char* kRest = "40-sync-networkpolicy-storefront-rollback.yaml";
  const auto finding = [](const char* path) {
    return line("E27", path, "no NetworkPolicy selects its pods in time");
  };
  CHECK(Broken(project)
            .set(kRest, {"spec", "podSelector", "matchLabels", "windlass.dev/database"}, "other")
            .findings() == finding(kRollback));
  CHECK(Broken(project).set(kRest, {"spec", "podSelector", "matchExpressions"}, List{}).findings().empty());
  CHECK(Broken(project).drop(kHooks).findings() == finding("20-presync-job-storefront-backup.yaml") +
                                                       finding(kMigrate) +
                                                       finding("50-postsync-job-storefront-verify.yaml"));
}

}  // namespace windlass::generator
