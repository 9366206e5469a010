// https://cloud.google.com/build/docs/build-config-file-schema
#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "generator/pipeline/kind.hpp"
#include "generator/tree/emit.hpp"

namespace windlass::generator {
namespace {

constexpr std::string_view kHead = "#!/bin/sh\n";

// All secrets of a build share one set of names: KUBE_CONFIG of prod is KUBE_CONFIG_PROD.
std::string variable_of(const Release& release, const std::string& secret) {
  std::string name = to_upper(secret + "_" + release.environment);
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_'; }, '_');
  return name;
}

// A trigger for pull requests builds the same file; what it builds is not released.
std::string release_shell(const Release& release) {
  std::string shell(kHead);
  shell += "if [ -n \"${_PR_NUMBER:-}\" ]; then\n  echo \"a pull request is not released\"\n  exit 0\nfi\n";
  for (const auto& secret : release.secrets)
    shell += fmt::format("export {}=\"${}\"\n", secret, variable_of(release, secret));
  return shell + release.step.shell.substr(kHead.size());
}

std::string id_of(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

Tree release_step(const Pipeline& pipeline, const Release& release) {
  List secrets;
  for (const auto& secret : release.secrets) secrets.push_back(variable_of(release, secret));
  return Members{{"id", id_of(release.step.name)},
                 {"name", pipeline.image},
                 {"secretEnv", std::move(secrets)},
                 {"timeout", fmt::format("{}s", release.minutes * 60)},
                 {"script", release_shell(release)}};
}

Tree secrets_of(const Pipeline& pipeline) {
  List secrets;
  for (const auto& release : pipeline.releases) {
    for (const auto& secret : release.secrets) {
      secrets.push_back(Members{{"versionName", fmt::format("projects/$PROJECT_ID/secrets/{}/versions/latest",
                                                            secret_name(pipeline, release, secret))},
                                {"env", variable_of(release, secret)}});
    }
  }
  return Members{{"secretManager", std::move(secrets)}};
}

// Steps run one after the other, and a step that fails ends the build.
std::string write(const Pipeline& pipeline) {
  List steps;
  int minutes = kCheckMinutes;
  for (const auto& check : pipeline.checks) {
    steps.push_back(Members{{"id", check.name}, {"name", pipeline.image}, {"script", check.shell}});
  }
  for (const auto& release : pipeline.releases) {
    steps.push_back(release_step(pipeline, release));
    minutes += release.minutes;
  }
  const Members file = {{"steps", std::move(steps)},
                        {"timeout", fmt::format("{}s", minutes * 60)},
                        {"substitutions", Members{{"_PR_NUMBER", ""}}},
                        {"options", Members{{"automapSubstitutions", true}}},
                        {"availableSecrets", secrets_of(pipeline)}};
  return emit_yaml(file, file_head(kCloudBuild, "#"));
}

}  // namespace

const Kind kCloudBuild{"cloudbuild", "cloudbuild.yaml", "COMMIT_SHA", write};

}  // namespace windlass::generator
