// https://www.jenkins.io/doc/book/pipeline/syntax/, a declarative pipeline for a multibranch project.
#include <fmt/format.h>

#include "generator/pipeline/kind.hpp"

namespace windlass::generator {
namespace {

// The text between the quotes of a Groovy string that interpolates nothing.
std::string in_quotes(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  return quoted;
}

// Lines of a script stand at the margin: they are the text of the string. The quotes in it are escaped only
// where three of them would end it.
std::string script(std::string_view shell) {
  std::string text;
  for (const char c : shell) text += c == '\\' ? "\\\\" : std::string(1, c);
  for (auto at = text.find("'''"); at != std::string::npos; at = text.find("'''", at)) {
    text.replace(at, 3, "\\'\\'\\'");
  }
  if (text.ends_with('\'')) text.insert(text.size() - 1, "\\");
  return "sh '''" + text + "'''";
}

// The entry point of an image is in the way of the shell that Jenkins starts.
std::string agent(const Pipeline& pipeline) {
  return fmt::format(
      "agent {{\n        docker {{\n          image '{}'\n          args '--entrypoint='\n        }}\n      "
      "}}",
      in_quotes(pipeline.image));
}

std::string check_stage(const Pipeline& pipeline, const Step& check) {
  const bool leaves_reports = &check == &pipeline.checks.front();
  const std::string reports =
      leaves_reports
          ? fmt::format(
                "          post {{\n            always {{\n              archiveArtifacts artifacts: "
                "'{}, {}', allowEmptyArchive: true\n            }}\n          }}\n",
                kSarifFile, kMarkdownFile)
          : "";
  return fmt::format(
      "        stage('{}') {{\n          steps {{\n            {}\n          }}\n{}        }}\n", check.name,
      script(check.shell), reports);
}

std::string checks(const Pipeline& pipeline) {
  std::string stages;
  for (const auto& check : pipeline.checks) stages += check_stage(pipeline, check);
  return fmt::format(R"(    stage('check') {{
      {}
      options {{
        timeout(time: {}, unit: 'MINUTES')
      }}
      stages {{
{}      }}
    }}
)",
                     agent(pipeline), kCheckMinutes, stages);
}

// Nobody's machine is kept while a release waits for its approval: the agent comes after the input.
std::string release_stage(const Pipeline& pipeline, const Release& release) {
  const bool first = &release == &pipeline.releases.front();
  const std::string approval =
      first ? ""
            : fmt::format("      input {{\n        message 'Release {} to {}?'\n      }}\n",
                          in_quotes(pipeline.project), in_quotes(release.environment));
  std::string secrets;
  for (const auto& secret : release.secrets) {
    secrets += fmt::format("        {} = credentials('{}')\n", secret,
                           in_quotes(secret_name(pipeline, release, secret)));
  }
  return fmt::format(R"(    stage('{}') {{
      when {{
        beforeInput true
        beforeAgent true
        environment name: 'BRANCH_IS_PRIMARY', value: 'true'
      }}
{}      {}
      environment {{
{}      }}
      steps {{
        timeout(time: {}, unit: 'MINUTES') {{
          {}
        }}
      }}
    }}
)",
                     in_quotes(release.step.name), approval, agent(pipeline), secrets, release.minutes,
                     script(release.step.shell));
}

std::string write(const Pipeline& pipeline) {
  std::string stages = checks(pipeline);
  for (const auto& release : pipeline.releases) stages += release_stage(pipeline, release);
  return file_head(kJenkins, "//") + fmt::format(R"(pipeline {{
  agent none
  options {{
    disableConcurrentBuilds()
    timeout(time: 7, unit: 'DAYS')
  }}
  stages {{
{}  }}
}}
)",
                                                 stages);
}

}  // namespace

const Kind kJenkins{"jenkins", "Jenkinsfile", "GIT_COMMIT", write};

}  // namespace windlass::generator
