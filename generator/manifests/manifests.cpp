#include "generator/manifests/manifests.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "generator/chart/chart.hpp"
#include "generator/check/check.hpp"
#include "generator/manifests/kustomize.hpp"
#include "generator/plan/plan.hpp"

namespace windlass::generator {
namespace {

Plan plan_of(const project::Project& project, const Target& target) {
  Plan plan = make_plan(project, read_files(project), target);
  if (plan.diagnostics.has_errors()) {
    throw Error(ExitCode::kConfiguration, fmt::format("{} cannot be rendered: {}", project.file,
                                                      counted(plan.diagnostics.error_count(), "error")))
        .with_details(to_text(plan.diagnostics));
  }
  return plan;
}

void check_all(const Rendered& rendered) {
  const auto findings = check(rendered);
  if (findings.empty()) return;
  std::string details;
  for (const auto& finding : findings) {
    details += fmt::format("{}: {}: {}\n", finding.rule, finding.path, finding.message);
  }
  throw Error(ExitCode::kInternal,
              fmt::format("the manifests break rule {}; nothing was written", findings.front().rule),
              "With --templates the templates are the first place to look; without, please report this.")
      .with_details(details);
}

}  // namespace

std::vector<DatabaseFiles> read_files(const project::Project& project) {
  std::vector<DatabaseFiles> files;
  Diagnostics diagnostics;
  for (const auto& database : project.databases) {
    files.push_back(read_database_files(project, database));
    diagnostics.add(files.back().diagnostics);
  }
  if (diagnostics.has_errors()) {
    throw Error(ExitCode::kInvalidScripts,
                fmt::format("the scripts have {}", counted(diagnostics.error_count(), "error")))
        .with_details(to_text(diagnostics));
  }
  return files;
}

Rendered make_manifests(const project::Project& project, const Templates& templates, const Target& target) {
  Rendered rendered = render(plan_of(project, target), templates, project);
  check_all(rendered);
  if (target.reader == Reader::kKubectl) add_kustomization(rendered, project);
  if (target.reader == Reader::kHelm)
    return {&target, {}, {}, make_chart(rendered, project), rendered.delivery};
  return rendered;
}

}  // namespace windlass::generator
