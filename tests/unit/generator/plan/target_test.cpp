#include "generator/plan/target.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/generator/sample_project.hpp"

namespace windlass::generator {
namespace {

std::string wave_of(const Rendered& rendered, const std::string& path) {
  return std::string(
      text_at(manifest_at(rendered, path).tree, {"metadata", "annotations", "argocd.argoproj.io/sync-wave"}));
}

// Without the annotations and the fields in which targets may differ.
Tree pod_of(const Rendered& rendered, std::string_view kind, std::string_view component) {
  for (const auto& object : rendered.objects) {
    if (text_at(object.tree, {"kind"}) != kind) continue;
    if (text_at(object.tree, {"metadata", "labels", "app.kubernetes.io/component"}) != component) continue;
    return *object.tree.find({"spec", "template"});
  }
  throw std::runtime_error("no such object");
}

}  // namespace

TEST_CASE("targets are found by name and mode") {
  CHECK(find_target("argocd", "") == &argocd_presync());
  CHECK(find_target("argocd", "presync") == &argocd_presync());
  CHECK(find_target("argocd", "gated") == &argocd_gated());
  CHECK(find_target("argocd", "waves") == &argocd_waves());
  CHECK(find_target("plain", "") == &plain());
  CHECK(find_target("helm", "") == &helm());
  CHECK(find_target("plain", "waves") == nullptr);
  CHECK(find_target("flux", "") == nullptr);
}

TEST_CASE("every place of every target lies in a folder where stale files are looked for") {
  std::set<std::string_view> folders(output_folders().begin(), output_folders().end());
  for (const auto* target : targets()) {
    for (const auto& place : target->places) {
      const auto slash = place.files.rfind('/');
      CHECK(folders.count(place.files.substr(0, slash == std::string_view::npos ? 0 : slash + 1)) == 1);
    }
  }
}

TEST_CASE("every target renders the same pods") {
  const auto expected = sample_render();
  for (const auto* target : targets()) {
    const auto rendered = sample_render(sample_project(), *target);
    CHECK(rendered.objects.size() == expected.objects.size());
    for (const auto component : {"backup", "migrate", "verify"}) {
      INFO(target->name << " " << target->mode << " " << component);
      CHECK(pod_of(rendered, "Job", component) == pod_of(expected, "Job", component));
    }
  }
}

TEST_CASE("sync waves: everything is tracked, and a Job that has ended stays until its content changes") {
  const auto rendered = sample_render(sample_project(), argocd_waves());
  CHECK(wave_of(rendered, "10-sync-serviceaccount-storefront-migrate.yaml") == "-10");
  CHECK(wave_of(rendered, "20-sync-job-storefront-backup.yaml") == "-5");
  CHECK(wave_of(rendered, "30-sync-job-storefront-migrate.yaml") == "-3");
  CHECK(wave_of(rendered, "40-sync-cronjob-storefront-rollback.yaml") == "-1");
  CHECK(wave_of(rendered, "50-sync-job-storefront-verify.yaml") == "100");
  CHECK(wave_of(rendered, "70-sync-configmap-storefront-migration-set.yaml") == "102");
  for (const auto& object : rendered.objects) {
    INFO(object.path);
    CHECK(object.tree.find({"metadata", "annotations", "argocd.argoproj.io/hook"}) == nullptr);
  }
  const auto& job = manifest_at(rendered, "30-sync-job-storefront-migrate.yaml").tree;
  CHECK(job.find({"spec", "ttlSecondsAfterFinished"}) == nullptr);
  CHECK(text_at(job, {"metadata", "annotations", "argocd.argoproj.io/sync-options"}) ==
        "Force=true,Replace=true");
  const auto& rollback = manifest_at(rendered, "40-sync-cronjob-storefront-rollback.yaml").tree;
  CHECK(rollback.find({"spec", "jobTemplate", "spec", "ttlSecondsAfterFinished"}) != nullptr);
}

TEST_CASE("gated: what is not a hook comes after verify has succeeded") {
  const auto rendered = sample_render(sample_project(), argocd_gated());
  const auto hook_of = [&](const std::string& path) {
    return text_at(manifest_at(rendered, path).tree, {"metadata", "annotations", "argocd.argoproj.io/hook"});
  };
  const std::string verify = "50-sync-job-storefront-verify.yaml";
  const std::string marker = "70-sync-configmap-storefront-migration-set.yaml";
  CHECK(hook_of("30-presync-job-storefront-migrate.yaml") == "PreSync");
  CHECK(hook_of(verify) == "Sync");
  CHECK(wave_of(rendered, verify) == "100");
  CHECK(hook_of(marker).empty());
  CHECK(wave_of(rendered, marker) == "102");
}

TEST_CASE("a project that depends on others runs behind their Jobs in the same sync") {
  auto project = sample_project();
  project.rank = 2;
  const auto hooks = sample_render(project);
  CHECK(wave_of(hooks, "10-presync-configmap-storefront-sql-0.yaml") == "-5");
  CHECK(wave_of(hooks, "20-presync-job-storefront-backup.yaml") == "19");
  CHECK(wave_of(hooks, "30-presync-job-storefront-migrate.yaml") == "20");
  CHECK(wave_of(hooks, "40-sync-configmap-storefront-migration-set.yaml").empty());
  CHECK(wave_of(hooks, "50-postsync-job-storefront-verify.yaml") == "22");
  const auto gated = sample_render(project, argocd_gated());
  CHECK(wave_of(gated, "50-sync-job-storefront-verify.yaml") == "120");
  CHECK(wave_of(gated, "70-sync-configmap-storefront-migration-set.yaml") == "122");
}

TEST_CASE("plain: a folder for each step, and no annotation that a controller reads") {
  const auto rendered = sample_render(sample_project(), plain());
  std::vector<std::string> paths;
  for (const auto& object : rendered.objects) {
    paths.push_back(object.path);
    const Tree* annotations = object.tree.find({"metadata", "annotations"});
    if (annotations == nullptr) continue;
    for (const auto& member : *annotations->members()) CHECK(member.key.starts_with("windlass.dev/"));
  }
  CHECK(paths ==
        std::vector<std::string>{
            "10-support/configmap-storefront-queries-0.yaml", "10-support/configmap-storefront-sql-0.yaml",
            "10-support/serviceaccount-storefront-migrate.yaml", "20-backup/job-storefront-backup.yaml",
            "30-migrate/job-storefront-migrate.yaml", "40-release/configmap-storefront-migration-set.yaml",
            "40-release/cronjob-storefront-rollback.yaml",
            "40-release/serviceaccount-storefront-rollback.yaml", "50-verify/job-storefront-verify.yaml"});
}

}  // namespace windlass::generator
