#include "generator/render/render.hpp"

#include <fmt/format.h>

#include <utility>

#include "generator/tree/emit.hpp"

namespace windlass::generator {
namespace {

constexpr std::string_view kSnippetNote =
    "# For your own manifests, as it stands with kustomize:\n"
    "#   patches: [{path: FILE, target: {kind: Deployment, name: YOUR-DEPLOYMENT}}]\n"
    "# or copy the init container. Its expected version changes with the scripts.\n";

std::vector<Manifest> render_files(const std::vector<PlannedFile>& files, const Templates& templates,
                                   const std::string& header) {
  std::vector<Manifest> result;
  for (const auto& file : files) {
    Tree tree = templates.expand(file.tree);
    std::string text = emit_yaml(*tree.members(), header);
    result.push_back({file.path, std::move(tree), std::move(text)});
  }
  return result;
}

}  // namespace

Rendered render(const Plan& plan, const Templates& templates, const project::Project& project) {
  const std::string first = first_line(project) + "\n";
  return {plan.target,
          render_files(plan.objects, templates, first),
          render_files(plan.snippets, templates, first + std::string(kSnippetNote)),
          {},
          plan.delivery};
}

std::string first_line(const project::Project& project) {
  const std::string environment =
      project.environment.empty() ? "" : fmt::format(", environment {}", project.environment);
  return fmt::format("{}{}{}: change windlass.yaml and render again", kRenderedMark, project.name,
                     environment);
}

}  // namespace windlass::generator
