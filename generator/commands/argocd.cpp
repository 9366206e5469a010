#include "generator/commands/argocd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <sstream>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "generator/argocd/applications.hpp"
#include "generator/commands/open_project.hpp"
#include "generator/commands/output_folders.hpp"
#include "generator/render/render.hpp"

namespace windlass::generator {
namespace {

using project::Promoter;

// Warnings are about what Jobs do; there are none here, and render says them.
PromotedProject open_promoted(const std::filesystem::path& folder) {
  std::ostringstream warnings;
  PromotedProject promoted{open_project(folder, "", warnings), {}};
  for (const auto& name : promoted.project.promotion.order)
    promoted.environments.push_back(open_environment(folder, name, warnings));
  return promoted;
}

void refuse_same_name(const std::vector<PromotedProject>& projects) {
  for (auto it = projects.begin(); it != projects.end(); ++it) {
    const auto same = [&](const auto& other) { return other.project.name == it->project.name; };
    if (std::none_of(projects.begin(), it, same)) continue;
    throw Error(ExitCode::kUsage, fmt::format("project {} is there twice", it->project.name),
                "Name each folder once, and give each project a name of its own.");
  }
}

std::vector<PromotedProject> open_all(const ArgoCdOptions& options) {
  std::vector<PromotedProject> projects;
  for (const auto& folder : options.folders) projects.push_back(open_promoted(folder));
  refuse_same_name(projects);
  const auto faults = promotion_faults(projects);
  if (!faults.has_errors()) return projects;
  throw Error(ExitCode::kConfiguration,
              fmt::format("nothing can be promoted: {}", counted(faults.error_count(), "error")))
      .with_details(to_text(faults));
}

RenderedFolder render_objects(std::vector<PlannedFile> objects, const project::Project& owner,
                              const Templates& templates) {
  const Plan plan{nullptr, std::move(objects), {}, {}};
  return {"", owner, render(plan, templates, owner)};
}

// One part of the same folder for each project, which owns the files of its name, and one for what is of all.
std::vector<RenderedFolder> render_parts(const ArgoCdOptions& options,
                                         const std::vector<PromotedProject>& projects) {
  const auto templates =
      options.templates ? Templates::with_overrides(*options.templates) : Templates::built_in();
  std::vector<RenderedFolder> parts;
  for (const auto& promoted : projects) {
    auto objects = project_objects(promoted, options.space);
    if (projects.size() == 1 && promoted.project.promotion.by == Promoter::kArgoCd) {
      const auto& name = options.name.empty() ? promoted.project.name : options.name;
      objects.push_back(application_set(projects, name, options.space));
    }
    parts.push_back(render_objects(std::move(objects), promoted.project, templates));
  }
  if (projects.size() == 1 || projects.front().project.promotion.by != Promoter::kArgoCd) return parts;
  project::Project all;
  all.name = options.name;
  parts.push_back(render_objects({application_set(projects, options.name, options.space)}, all, templates));
  return parts;
}

}  // namespace

ExitCode run_argocd(const ArgoCdOptions& options, std::ostream& out, std::ostream& err) {
  if (options.check && options.output == "-") {
    throw Error(ExitCode::kUsage, "--check compares with a folder, and -o - names none",
                "Name the folder that holds the committed manifests.");
  }
  const auto projects = open_all(options);
  const bool one_set = projects.front().project.promotion.by == Promoter::kArgoCd;
  if (one_set && projects.size() > 1 && options.name.empty()) {
    throw Error(ExitCode::kUsage, "the ApplicationSet of several projects has no name",
                "Give it one by --name.");
  }
  if (!one_set && !options.name.empty()) {
    throw Error(ExitCode::kUsage, "--name is of an ApplicationSet, and a pipeline promotes these projects",
                "Leave it out, or set promotion.by to argocd.");
  }
  const auto parts = render_parts(options, projects);
  if (options.output == "-") {
    for (const auto& part : parts) {
      for (const auto& object : part.rendered.objects) out << "---\n" << object.text;
    }
    return ExitCode::kDone;
  }
  return options.check ? check_folders(options.output, parts, "windlass argocd", out, err)
                       : write_folders(options.output, parts, out);
}

}  // namespace windlass::generator
