#include "generator/manifests/manifests.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "generator/chart/chart.hpp"
#include "generator/check/check.hpp"
#include "generator/manifests/kustomize.hpp"
#include "generator/patch/apply_patches.hpp"
#include "generator/plan/names.hpp"
#include "generator/plan/plan.hpp"
#include "generator/tree/emit.hpp"

namespace windlass::generator {
namespace {

Plan plan_of(const project::Project& project, const std::vector<DatabaseFiles>& files, const Target& target) {
  Plan plan = make_plan(project, files, target);
  if (plan.diagnostics.has_errors()) {
    throw Error(ExitCode::kConfiguration, fmt::format("{} cannot be rendered: {}", project.file,
                                                      counted(plan.diagnostics.error_count(), "error")))
        .with_details(to_text(plan.diagnostics));
  }
  return plan;
}

std::string findings_text(const std::vector<Finding>& findings, const AppliedPatches& patches) {
  std::string text;
  for (const auto& finding : findings) {
    const auto patched = patches.find(finding.path);
    const auto by =
        patched == patches.end() ? "" : fmt::format(" (patched by {})", join(patched->second, ", "));
    text += fmt::format("{}: {}: {}{}\n", finding.rule, finding.path, finding.message, by);
  }
  return text;
}

void check_our_own(const Rendered& rendered) {
  const auto findings = check(rendered);
  if (findings.empty()) return;
  throw Error(ExitCode::kInternal,
              fmt::format("the manifests break rule {}; nothing was written", findings.front().rule),
              "Please report this.")
      .with_details(findings_text(findings, {}));
}

void check_overridden(const Rendered& rendered, const AppliedPatches& patches) {
  const auto findings = check(rendered);
  if (findings.empty()) return;
  throw Error(ExitCode::kConfiguration,
              fmt::format("the manifests break rule {}; nothing was written", findings.front().rule),
              "Without the templates of --templates and spec.patches they break none: docs/manifests.md says "
              "what each rule is for.")
      .with_details(findings_text(findings, patches));
}

// A Job's name ends in a hash of what the plan made it of; what came on top of that counts as well, because
// no pod of a Job that exists can be changed.
void rename_changed_jobs(Rendered& rendered, const Rendered& built_in, const project::Project& project) {
  for (std::size_t i = 0; i < rendered.objects.size(); ++i) {
    auto& object = rendered.objects[i];
    const Tree* spec = object.tree.find({"spec"});
    std::string name(text_at(object.tree, {"metadata", "name"}));
    const bool is_job =
        text_at(object.tree, {"kind"}) == "Job" && spec != nullptr && name.size() > kHashDigits;
    if (!is_job || *spec == *built_in.objects[i].tree.find({"spec"})) continue;
    name.resize(name.size() - kHashDigits);
    const auto before = text_at(built_in.objects[i].tree, {"metadata", "name"});
    name += sha256_hex(fmt::format("{} {}", before, fingerprint(*spec))).substr(0, kHashDigits);
    *object.tree.find({"metadata", "name"}) = std::move(name);
    object.text = emit_yaml(*object.tree.members(), first_line(project) + "\n");
  }
}

}  // namespace

Rendered make_manifests(const project::Project& project, const std::vector<DatabaseFiles>& files,
                        const Templates& templates, const Target& target) {
  const Plan plan = plan_of(project, files, target);
  Rendered rendered = render(plan, templates, project);
  std::optional<Rendered> built_in;  // when that is something else
  if (templates.all_built_in() && project.patches.empty()) {
    check_our_own(rendered);
  } else {
    built_in = render(plan, Templates::built_in(), project);
    check_our_own(*built_in);
    const auto patches = apply_patches(rendered, project);
    rename_changed_jobs(rendered, *built_in, project);
    check_overridden(rendered, patches);
  }
  if (target.reader == Reader::kKubectl) add_kustomization(rendered, project);
  if (target.reader == Reader::kHelm)
    return {
        &target, {}, {}, make_chart({built_in ? *built_in : rendered, rendered}, project), rendered.delivery};
  return rendered;
}

}  // namespace windlass::generator
