#include "generator/commands/ci.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "core/base/error.hpp"
#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "generator/commands/choose_target.hpp"
#include "generator/commands/open_project.hpp"
#include "generator/pipeline/kind.hpp"
#include "generator/pipeline/pipeline.hpp"

namespace windlass::generator {
namespace {

const Kind& kind_of(const CiOptions& options) {
  if (const Kind* kind = find_kind(options.kind)) return *kind;
  std::vector<std::string> names;
  for (const auto* kind : kinds()) names.emplace_back(kind->name);
  throw Error(ExitCode::kUsage, fmt::format("there is no --kind {}", options.kind),
              fmt::format("The kinds are {}.", join(names, ", ")));
}

// A path that a script in the root of any checkout can use.
std::string in_repository(const std::filesystem::path& path, const std::string& what) {
  const auto normal = path.lexically_normal();
  if (normal.is_absolute() || *normal.begin() == "..") {
    throw Error(ExitCode::kUsage,
                fmt::format("{} {} is not below where you are, and a pipeline runs in a checkout", what,
                            path.string()),
                "Run windlass ci in the root of the repository, and name the folder from there.");
  }
  std::string text = normal.generic_string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  if (text.starts_with('-')) text.insert(0, "./");
  return text;
}

std::vector<std::string> environments_of(const project::Project& project, const CiOptions& options) {
  if (project.environments.empty()) {
    throw Error(ExitCode::kConfiguration,
                fmt::format("project {} has no environments, and a pipeline releases to one after the other",
                            project.name),
                "Add environments to windlass.yaml; one is enough.");
  }
  if (options.environments.empty()) return project.promotion.order;
  for (auto it = options.environments.begin(); it != options.environments.end(); ++it) {
    if (std::find(options.environments.begin(), it, *it) == it) continue;
    throw Error(ExitCode::kUsage, fmt::format("--env names {} twice", *it), "Name each environment once.");
  }
  return options.environments;
}

void refuse_two_promoters(const project::Project& project, const Target& target) {
  if (target.reader != Reader::kArgoCd || project.promotion.by != project::Promoter::kArgoCd) return;
  throw Error(
      ExitCode::kConfiguration,
      fmt::format("Argo CD promotes project {} (promotion.by), and a pipeline would do it too", project.name),
      "Set promotion.by to pipeline, or run lint, rehearse and render --check in a pipeline of yours.");
}

}  // namespace

ExitCode run_ci(const CiOptions& options, std::ostream& out, std::ostream& err) {
  const Kind& kind = kind_of(options);
  const std::filesystem::path manifests =
      options.manifests.empty() ? options.folder / "deploy" : std::filesystem::path(options.manifests);
  const PipelineRequest request{
      in_repository(options.folder, "the project's folder"), in_repository(manifests, "--manifests"),
      options.image, &choose_target(options.target, options.mode), std::string(kind.commit_variable)};
  const auto project = open_project(options.folder, "", err);
  refuse_two_promoters(project, *request.target);
  std::vector<project::Project> environments;
  for (const auto& name : environments_of(project, options)) {
    environments.push_back(open_environment(options.folder, name, err));
  }
  const std::string text = kind.write(make_pipeline(environments, request));
  if (options.output == "-") {
    out << text;
  } else {
    write_file_atomically(options.output, text);
    out << fmt::format("{} written; {} looks for {}\n", options.output, kind.name, kind.file);
  }
  return ExitCode::kDone;
}

}  // namespace windlass::generator
