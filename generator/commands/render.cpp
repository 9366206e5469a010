#include "generator/commands/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "generator/commands/choose_target.hpp"
#include "generator/commands/open_project.hpp"
#include "generator/commands/output_folders.hpp"
#include "generator/manifests/kustomize.hpp"
#include "generator/manifests/manifests.hpp"
#include "generator/plan/target.hpp"

namespace windlass::generator {
namespace {

void refuse_what_does_not_fit(const RenderOptions& options, const Target& target) {
  if (options.check && options.output == "-") {
    throw Error(ExitCode::kUsage, "--check compares with a folder, and -o - names none",
                "Name the folder that holds the committed manifests.");
  }
  if (target.reader == Reader::kHelm && options.output == "-") {
    throw Error(ExitCode::kUsage, "a chart is a folder, and -o - names none", "Name a folder.");
  }
  if (target.reader == Reader::kHelm && options.templates) {
    throw Error(ExitCode::kUsage, "--templates does not reach the chart, which has templates of its own",
                "Change the chart's templates, or leave --templates out.");
  }
  if (options.environments.size() < 2) return;
  for (auto it = options.environments.begin(); it != options.environments.end(); ++it) {
    if (std::find(options.environments.begin(), it, *it) == it) continue;
    throw Error(ExitCode::kUsage, fmt::format("--env names {} twice", *it), "Name each environment once.");
  }
  if (target.reader != Reader::kKubectl) {
    throw Error(ExitCode::kUsage, fmt::format("--target {} renders one environment at a time", target.name),
                "Render each environment into a folder of its own; --target plain makes overlays.");
  }
  if (options.output == "-") {
    throw Error(ExitCode::kUsage, "several environments make several folders, and -o - names none",
                "Name a folder, or one environment.");
  }
}

// The one folder of a render, or the base and an overlay for each environment.
std::vector<RenderedFolder> render_folders(const RenderOptions& options, std::ostream& err) {
  const auto templates =
      options.templates ? Templates::with_overrides(*options.templates) : Templates::built_in();
  std::vector<RenderedEnvironment> environments;
  for (const auto& name :
       options.environments.empty() ? std::vector<std::string>{""} : options.environments) {
    auto project = open_environment(options.folder, name, err);
    auto rendered =
        make_manifests(project, templates, choose_target(options.target, options.mode, project, err));
    if (!rendered.delivery.why.empty()) err << to_sentence(rendered.delivery) << '\n';
    environments.push_back({std::move(project), std::move(rendered)});
  }
  if (environments.size() > 1) return make_overlays(environments);
  return {{"", std::move(environments.front().project), std::move(environments.front().rendered)}};
}

void write_stream(const Rendered& rendered, std::ostream& out) {
  for (const auto& object : rendered.objects) out << "---\n" << object.text;
}

}  // namespace

ExitCode run_render(const RenderOptions& options, std::ostream& out, std::ostream& err) {
  refuse_what_does_not_fit(options, choose_target(options.target, options.mode));
  const auto folders = render_folders(options, err);
  if (options.output == "-") {
    write_stream(folders.front().rendered, out);
    return ExitCode::kDone;
  }
  if (folders.size() > 1) refuse_other_overlays(options.output, folders);
  return options.check ? check_folders(options.output, folders, "windlass render", out, err)
                       : write_folders(options.output, folders, out);
}

}  // namespace windlass::generator
