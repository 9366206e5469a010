#include "generator/pipeline/pipeline.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "generator/pipeline/release_script.hpp"
#include "generator/pipeline/shell.hpp"

namespace windlass::generator {
namespace {

// Both reports are made whatever the first finds.
Step lint(const PipelineRequest& request) {
  constexpr std::string_view kScript = R"(#!/bin/sh
set -eu
status=0
windlass lint {0} --output sarif > {1} || status=$?
windlass lint {0} --output markdown > {2} || status=$?
cat {2}
exit "$status"
)";
  return {"lint", fmt::format(kScript, shell_word(request.folder), kSarifFile, kMarkdownFile)};
}

// The command for every environment; all of them are tried before any failure counts.
Step for_each(const std::vector<project::Project>& environments, const std::string& name,
              const std::string& command) {
  std::vector<std::string> names;
  for (const auto& each : environments) names.push_back(shell_word(each.environment));
  // One word is no loop: shellcheck SC2043.
  if (names.size() == 1) {
    return {name, fmt::format("#!/bin/sh\nset -eu\nenvironment={}\n{}\n", names.front(), command)};
  }
  return {name,
          fmt::format("#!/bin/sh\nset -eu\nstatus=0\nfor environment in {}; do\n  {} || status=$?\ndone\n"
                      "exit \"$status\"\n",
                      join(names, " "), command)};
}

Step rehearse(const std::vector<project::Project>& environments, const PipelineRequest& request) {
  return for_each(environments, "rehearse",
                  fmt::format("windlass rehearse {} --env \"$environment\"", shell_word(request.folder)));
}

Step compare(const std::vector<project::Project>& environments, const PipelineRequest& request) {
  const std::string mode =
      request.target->mode.empty() ? "" : fmt::format(" --mode {}", request.target->mode);
  return for_each(
      environments, "render",
      fmt::format("windlass render {} --env \"$environment\" --target {}{} -o {}/\"$environment\" --check",
                  shell_word(request.folder), request.target->name, mode, shell_word(request.manifests)));
}

}  // namespace

Pipeline make_pipeline(const std::vector<project::Project>& environments, const PipelineRequest& request) {
  Pipeline pipeline{environments.front().name,
                    request.image,
                    {lint(request), rehearse(environments, request), compare(environments, request)},
                    {}};
  for (const auto& project : environments) {
    pipeline.releases.push_back({project.environment,
                                 {"release " + project.environment, release_script(project, request)},
                                 release_secrets(*request.target),
                                 release_minutes(project)});
  }
  return pipeline;
}

}  // namespace windlass::generator
