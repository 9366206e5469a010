// https://docs.gitlab.com/ci/yaml/
#include <fmt/format.h>

#include "generator/pipeline/kind.hpp"
#include "generator/tree/emit.hpp"

namespace windlass::generator {
namespace {

constexpr std::string_view kOnDefaultBranch = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH";

Tree check_job(const Pipeline& pipeline, const Step& check) {
  Members job = {{"stage", "check"},
                 {"timeout", fmt::format("{} minutes", kCheckMinutes)},
                 {"script", List{check.shell}}};
  if (&check == &pipeline.checks.front()) {
    job.push_back({"artifacts", Members{{"when", "always"}, {"paths", List{kSarifFile, kMarkdownFile}}}});
  }
  return job;
}

// Variables that are scoped to the environment reach the job by themselves. A manual job that may not fail
// holds up the stages behind it.
Tree release_job(const Pipeline& pipeline, const Release& release, std::string_view when) {
  Members rule = {{"if", kOnDefaultBranch}, {"when", when}};
  if (when == "manual") rule.push_back({"allow_failure", false});
  return Members{{"stage", release.step.name},
                 {"rules", List{std::move(rule)}},
                 {"environment", Members{{"name", release.environment}}},
                 {"resource_group", fmt::format("windlass-{}-{}", pipeline.project, release.environment)},
                 {"timeout", fmt::format("{} minutes", release.minutes)},
                 {"script", List{release.step.shell}}};
}

std::string write(const Pipeline& pipeline) {
  List stages = {"check"};
  for (const auto& release : pipeline.releases) stages.push_back(release.step.name);
  Members file = {
      {"workflow", Members{{"rules", List{Members{{"if", "$CI_PIPELINE_SOURCE == \"merge_request_event\""}},
                                          Members{{"if", kOnDefaultBranch}}}}}},
      {"default", Members{{"image", Members{{"name", pipeline.image}, {"entrypoint", List{""}}}}}},
      {"stages", std::move(stages)}};
  for (const auto& check : pipeline.checks) file.push_back({check.name, check_job(pipeline, check)});
  for (const auto& release : pipeline.releases) {
    const bool first = &release == &pipeline.releases.front();
    file.push_back({release.step.name, release_job(pipeline, release, first ? "on_success" : "manual")});
  }
  return emit_yaml(file, file_head(kGitLab, "#"));
}

}  // namespace

const Kind kGitLab{"gitlab", ".gitlab-ci.yml", "CI_COMMIT_SHA", write};

}  // namespace windlass::generator
